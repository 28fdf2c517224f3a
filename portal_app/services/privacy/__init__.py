"""A person's own data: taken along, deleted, agreed to, and not kept longer than it must be."""

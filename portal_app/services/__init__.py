"""Shared capabilities, each with its tables, rules and use cases."""

"""Work that waits for no person."""

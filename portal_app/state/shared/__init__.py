"""States that every kind uses."""

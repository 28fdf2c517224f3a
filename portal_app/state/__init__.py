"""What a tab remembers and reacts to."""

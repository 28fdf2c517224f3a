"""What each kind adds to the house."""

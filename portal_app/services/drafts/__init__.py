"""What a person typed and has not sent yet: theirs alone, for thirty days."""

"""What somebody agreed to or said no to: in which words, since when, from where."""

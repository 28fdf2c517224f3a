"""What a tab of an energy portal remembers and reacts to, one module a subject."""

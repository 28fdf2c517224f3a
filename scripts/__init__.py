"""What the Makefile calls: the environment, the front end, the server, the checks."""

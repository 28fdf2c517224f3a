"""What an operator types: one small module for each command of `python -m portal_app.manage`."""

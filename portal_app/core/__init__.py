"""The kernel: knows no domain and no web framework."""

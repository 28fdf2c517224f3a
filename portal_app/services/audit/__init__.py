"""Who did what: looked up, verified, taken along."""

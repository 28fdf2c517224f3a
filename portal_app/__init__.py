"""A self-service portal for the customers of a company of any kind."""

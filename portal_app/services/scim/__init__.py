"""Provisioning: a company's own directory says who works there (SCIM 2.0)."""

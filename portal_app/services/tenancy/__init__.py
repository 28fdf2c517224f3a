"""Whose house it is: companies, accounts, people and their places."""

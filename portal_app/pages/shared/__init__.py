"""Screens that every kind has."""

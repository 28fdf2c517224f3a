"""What has happened in the demo: bills, payments, outages past and present, requests on their way."""

from datetime import date


def load(company_id: str, maya_id: str, omar_id: str, last: date) -> None:
    """Bill everybody, and put the outages and requests on record."""


def bill(company_id: str, account_id: str, last: date) -> None:
    """Bill one account for the months that its readings cover."""

"""What tenancy asks permission for."""

PERMISSIONS: dict[str, str] = {
    "accounts.open": "Open a customer account",
    "people.add": "Add people and give them a place in an account",
    "people.standing": "Suspend a person or let them in again",
}

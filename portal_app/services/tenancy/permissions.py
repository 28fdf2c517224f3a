"""What tenancy asks permission for; which of it owners of an account and administrators have."""

PERMISSIONS: dict[str, str] = {
    "accounts.open": "Open a customer account",
    "people.add": "Add people and give them a place in an account",
    "people.standing": "Suspend a person or let them in again",
    "people.invite": "Invite people to the account",
    "people.places": "Change or end what others may do in the account",
    "staff.run": "Invite the company's own people and change what they may do",
    "customer.look_as": "Look at the portal as a customer sees it",
    "company.brand": "Change the company's name, mark and colour",
}

OWNS = frozenset({"people.invite", "people.places"})
ADMINISTERS = frozenset({"people.add", "people.standing", "staff.run", "customer.look_as", "company.brand"})

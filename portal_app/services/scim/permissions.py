"""What provisioning asks permission for; which of it administrators and owners of an account have."""

PERMISSIONS: dict[str, str] = {
    "directory.run": "Let a directory say who works here",
    "directory.own": "Let the business's own directory say who is in the account",
}

ADMINISTERS = frozenset({"directory.run"})
OWNS = frozenset({"directory.own"})

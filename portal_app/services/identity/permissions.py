"""What identity asks permission for; which of it administrators have."""

PERMISSIONS: dict[str, str] = {
    "people.password": "Set another person's password",
    "people.sign_out": "End another person's sessions",
    "people.recover": "Let somebody in again who lost every way to sign in",
    "sign_on.run": "Set up sign-in by another house",
    "sign_in.rules": "Say who needs a second step and when somebody away is signed out",
}

ADMINISTERS = frozenset({"people.sign_out", "people.recover", "sign_on.run", "sign_in.rules"})

"""What identity asks permission for."""

PERMISSIONS: dict[str, str] = {
    "people.password": "Set another person's password",
    "people.sign_out": "End another person's sessions",
}

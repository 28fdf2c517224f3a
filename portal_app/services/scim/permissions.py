"""What provisioning asks permission for."""

PERMISSIONS: dict[str, str] = {"directory.run": "Let a directory say who works here"}

ADMINISTERS = frozenset(PERMISSIONS)

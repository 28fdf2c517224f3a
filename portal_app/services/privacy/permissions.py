"""What privacy asks permission for."""

PERMISSIONS: dict[str, str] = {"privacy.run": "Set and lift holds, and see who asked to be deleted"}

ADMINISTERS = frozenset(PERMISSIONS)

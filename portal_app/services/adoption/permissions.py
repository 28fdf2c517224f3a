"""What a role may see of how the portal is used."""

PERMISSIONS = {
    "adoption.see": "See how the portal is used",
    "adoption.set": "Set how long a task takes on the phone",
}

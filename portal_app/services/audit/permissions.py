"""What a role may see of the audit trail."""

PERMISSIONS = {"audit.see": "See who did what, verify the trail and take it along"}

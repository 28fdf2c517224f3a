"""What a role may do with what people are told."""

PERMISSIONS = {"mail.see": "See the mails that the portal sent or could not send"}

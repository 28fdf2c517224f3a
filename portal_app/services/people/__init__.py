"""Who may do what: places in an account, invitations to them, the company's own people, and View as."""

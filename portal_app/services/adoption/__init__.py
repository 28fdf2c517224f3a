"""How the portal is used: who comes, what they finish, how long it takes."""

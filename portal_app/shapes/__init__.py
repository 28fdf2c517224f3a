"""Plain frozen data shared by rules and screens: the words that portals and blocks have in common."""

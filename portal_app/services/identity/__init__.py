"""Who is at the door: sign-in, sessions, throttling."""

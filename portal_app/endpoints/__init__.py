"""The few plain HTTP doors: sign-in and out, files, health, and the wrapper around them all."""

"""What an energy company's portal knows: pure rules, one noun a module, no database and no screen."""

"""What people do in an energy portal: plain functions of an access, one room a subject."""

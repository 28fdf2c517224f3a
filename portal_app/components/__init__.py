"""How things look: shapes and handlers in, drawings out."""

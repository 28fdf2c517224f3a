"""What portals are built of: each block draws a shape, with plain values or Vars alike."""

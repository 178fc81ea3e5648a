"""Markets made up by machines: what things are worth, and the traders who act on it."""

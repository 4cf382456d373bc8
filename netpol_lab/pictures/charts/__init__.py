"""Numbers about a whole cluster as pictures: how much is open, and what is isolated."""

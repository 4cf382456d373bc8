"""Selectors and peers that match nothing here, and what may be out of sight."""

"""Explorers: one question each, to be turned in every direction by mouse, keyboard or code."""

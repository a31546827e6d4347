"""Searching what was said, people and numbers."""

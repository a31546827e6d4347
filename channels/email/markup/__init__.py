"""HTML of strangers: made harmless, and made text."""

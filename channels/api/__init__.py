"""The API channel: an app or a site of ours or others speaks for its users."""

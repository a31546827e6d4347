"""The bots that come with Omnidesk."""

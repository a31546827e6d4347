"""The way out: from a row of the log to a provider that took it, and what it says of it later."""

"""The way out: a message as a mail, and the server that takes it."""

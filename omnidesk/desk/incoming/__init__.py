"""The way in: from a raw message that is durable to a row of the log."""

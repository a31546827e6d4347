"""The domain: a noun a file, functions named as people say them; writing verbs take `tx` first, reading `session`."""

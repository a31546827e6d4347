"""Ways in: SMTP and LMTP, IMAP, files."""

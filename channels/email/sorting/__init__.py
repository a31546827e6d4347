"""What kind of mail it is, and what became of the mails of ours that it speaks of. Pure."""

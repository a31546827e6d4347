"""Email: SMTP in, SMTP out."""

"""A form on the web: what is sent becomes a case, which is answered by mail."""

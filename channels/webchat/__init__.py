"""The web chat channel: a bubble on any web page, and the socket behind it (docs/web-chat.md)."""

"""The agents' pages: server-rendered, kept fresh over one WebSocket."""

"""Omnidesk: a self-hosted, conversational, omnichannel service desk."""

__version__ = "0.1.0"

"""Telegram: a bot that people write to (https://core.telegram.org/bots/api)."""

"""Calls: a channel that people are reached by, and nothing is sent through."""

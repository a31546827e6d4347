"""The simulator: a page that plays customers on every channel, without a provider, and lets time run."""

"""The channels that come with Omnidesk, each an adapter to the contract."""

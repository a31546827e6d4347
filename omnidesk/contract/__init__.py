"""What a channel or a bot may know of Omnidesk; nothing else of it may be imported by them."""

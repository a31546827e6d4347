"""What of a mail is new, what is the history it quotes, what is its writer's signature."""

"""What is done with whole cases."""

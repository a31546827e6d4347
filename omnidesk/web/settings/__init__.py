"""The pages on which a desk and its agents set things up."""

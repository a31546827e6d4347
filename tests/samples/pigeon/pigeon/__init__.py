"""The channel of docs/adding-a-channel.md, as a package of somebody else."""

"""People and their addresses: how they are met, found, linked and parted."""

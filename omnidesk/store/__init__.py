"""Where rows and blobs are kept; the only package that knows which database it is."""

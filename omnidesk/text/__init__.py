"""Pure functions on text: folding, languages, addresses, catalogues."""

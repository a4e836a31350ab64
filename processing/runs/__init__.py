"""One run: what it is of, where its stages lie, and what its evaluation decided."""

"""What a profile is worth: its members on held-out ratings, its ensemble, and its lists."""

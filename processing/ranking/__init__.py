"""What orders a list: ranking models, and the ranker that puts them together with the stars."""

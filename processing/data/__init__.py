"""Rating files in, validated Ratings out."""

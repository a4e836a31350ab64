"""What templates write by functions: numbers, lists and rows."""

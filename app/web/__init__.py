"""What stands between a page object and the wire."""

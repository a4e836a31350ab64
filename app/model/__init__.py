"""What the site knows: the open release, and one frozen object for each page."""

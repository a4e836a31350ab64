"""The addresses of the site: each view asks for a page, and names its template."""

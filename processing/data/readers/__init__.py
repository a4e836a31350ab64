"""One reader per format, behind the one door in registry.py."""

"""The steps of an evaluation, each from files to files."""

"""Numba functions over arrays; each has a slow twin in tests/reference.py."""

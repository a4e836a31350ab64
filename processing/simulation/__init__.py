"""Simulated ratings with a known floor of noise."""

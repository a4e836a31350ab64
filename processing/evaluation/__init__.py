"""Metrics, protocols and the report: how well ratings are predicted."""

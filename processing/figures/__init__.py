"""The style of all figures, and how they become SVG."""

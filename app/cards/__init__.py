"""The pictures of pages that are shared, drawn with Pillow when the first of them is asked for."""

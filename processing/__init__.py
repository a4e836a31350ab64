"""The offline half: from rating files to a published release."""

__version__ = "0.2.0.dev0"

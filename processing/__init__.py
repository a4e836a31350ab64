"""The offline half: from rating files to a published release."""

"""Texts in CSV files that spreadsheets would otherwise take for formulas, and compute.

A text that begins like one gets an apostrophe before it, which spreadsheets read as "this is text".
Source: OWASP, "CSV injection".
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
FORMULA_PATTERN = r"^[=+\-@\t\r\n]"


def defused(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("-273.15 °C"), defused("Up")
    ("'=1+1", "'-273.15 °C", 'Up')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

"""Texts in CSV files that spreadsheets would otherwise take for formulas, and compute.

A text that begins like one gets an apostrophe before it, which spreadsheets read as "this is text".
Source: OWASP, "CSV injection".
"""

import re

FORMULA = r"^[=+\-@\t\r\n]"
NUMBER = r"^-[0-9.]+$"  # which is no formula

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER.replace("$", r"\Z"))


def defused(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("-273.15 °C"), defused("-273.15"), defused("Up")
    ("'=1+1", "'-273.15 °C", '-273.15', 'Up')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text

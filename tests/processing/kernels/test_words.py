"""Words of text against plain Python."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from processing.kernels import words

EIGHT = st.text("0123456789,-:\n/\x00\x7f\x80\xff", min_size=8, max_size=8)
FORM, ROOM = words.form(",0,0000-")


@njit()
def read(text, place):
    word = words.word(text, place)
    number, count = words.leading_number(word)
    return number, count, words.off(word ^ FORM, ROOM), words.two_digits(word ^ FORM, 3)


def read_at(text, place):
    return read(np.frombuffer(text.encode("latin-1"), np.uint8), place)


@settings(deadline=None)
@given(EIGHT)
def test_leading_number_of_any_text_agrees_with_plain_python(text):
    digits = re.match("[0-9]*", text)[0]

    number, count, *_ = read_at(f"..{text}.", 2)

    wanted = (int(digits), len(digits)) if 0 < len(digits) < 8 else (0, 0)
    assert (number, count) == wanted


@settings(deadline=None)
@given(EIGHT | st.from_regex(r",[0-9],[0-9]{4}-", fullmatch=True))
def test_off_says_which_bytes_do_not_have_the_form(text):
    places = zip(text, ",0,0000-", strict=True)
    wanted = [not (c in "0123456789" if of == "0" else c == of) for c, of in places]

    *_, off, digits = read_at(text, 0)

    assert [bool(byte) for byte in int(off).to_bytes(8, "little")] == wanted
    if not any(wanted):
        assert digits == int(text[3:5])

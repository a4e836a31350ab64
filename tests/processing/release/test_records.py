"""User records to bytes and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import ReleaseFormatError
from processing.release import UserRecord, top_dtype
from processing.release.records import decode_record, encode_record
from processing.release.schema import HISTORY_DTYPE

N_MOVIES = 50
USER = -7
movies = st.integers(0, N_MOVIES - 1)
floats = st.floats(width=32, allow_nan=False)
halves = st.floats(width=16, allow_nan=False)


@st.composite
def records(draw: st.DrawFn) -> UserRecord:
    """Any valid record."""
    n_reasons, n_groups = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    reason = st.tuples(st.integers(-1, N_MOVIES - 1), floats)
    entry = st.tuples(
        movies,
        floats,
        floats,
        st.lists(reason, min_size=n_reasons, max_size=n_reasons),
        st.lists(halves, min_size=n_groups, max_size=n_groups),
        st.integers(0, 2**16 - 1),
        halves,
    )
    days = st.integers(-(2**31), 2**31 - 1)
    return UserRecord(
        top=np.array(draw(st.lists(entry, max_size=4)), top_dtype(n_reasons, n_groups)),
        history=np.array(
            draw(st.lists(st.tuples(movies, floats, days), max_size=6)), HISTORY_DTYPE
        ),
    )


@given(record=records())
def test_record_when_encoded_and_decoded_then_the_same(record: UserRecord):
    back = decode_record(encode_record(record, USER), USER, record.top.dtype, N_MOVIES, "here")
    assert back.top.dtype == record.top.dtype
    assert back.top.tobytes() == record.top.tobytes()
    assert back.history.tobytes() == record.history.tobytes()


@given(record=records(), data=st.data())
def test_record_when_cut_or_grown_then_refused(record: UserRecord, data: st.DataObject):
    encoded = encode_record(record, USER)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    for wrong in (encoded[:cut], encoded + b"\0"):
        with pytest.raises(ReleaseFormatError, match="here: the user record is broken"):
            decode_record(wrong, USER, record.top.dtype, N_MOVIES, "here")


@given(record=records(), garbage=st.binary(max_size=64))
def test_record_when_garbage_then_refused_or_in_range(record: UserRecord, garbage: bytes):
    try:
        decoded = decode_record(garbage, USER, record.top.dtype, N_MOVIES, "here")
    except ReleaseFormatError:
        return
    assert all(0 <= movie < N_MOVIES for movie in decoded.top["movie"])


@pytest.mark.parametrize("movie", [-1, N_MOVIES])
def test_record_when_a_movie_is_out_of_range_then_refused(movie: int):
    history = np.array([(movie, 3.0, 0)], HISTORY_DTYPE)
    encoded = encode_record(UserRecord(top=np.zeros(0, top_dtype(1, 1)), history=history), USER)
    with pytest.raises(ReleaseFormatError, match="outside 0 to 49"):
        decode_record(encoded, USER, top_dtype(1, 1), N_MOVIES, "here")


@given(record=records(), data=st.data())
def test_record_when_a_bit_is_flipped_or_it_is_somebody_elses_then_refused(
    record: UserRecord, data: st.DataObject
):
    encoded = bytearray(encode_record(record, USER))
    with pytest.raises(ReleaseFormatError, match="their hash differs"):
        decode_record(bytes(encoded), USER + 1, record.top.dtype, N_MOVIES, "here")
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ReleaseFormatError, match="here: the user record is broken"):
        decode_record(bytes(encoded), USER, record.top.dtype, N_MOVIES, "here")

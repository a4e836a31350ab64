"""Fitted arrays in a folder: read back as they were, and nothing else."""

import numpy as np
import pytest

from processing.errors import ModelError
from processing.tools.fitted import load_fitted, save_fitted

ARRAYS = {
    "weights": np.array([0.1, np.nan, -0.0], np.float32),
    "ids": np.arange(6, dtype=np.int32).reshape(2, 3),
    "known": np.asarray(7),
    "none": np.empty((0, 4)),
}


def test_arrays_when_saved_then_read_back_to_the_last_bit(tmp_path):
    save_fitted(tmp_path / "a" / "model", ARRAYS, {"kind": "mine", "settings": {"reg": 0.1}})
    arrays, about = load_fitted(tmp_path / "a" / "model", "mine")
    assert about == {"kind": "mine", "settings": {"reg": 0.1}}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].tobytes() == array.tobytes()
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)


def test_arrays_when_saved_over_others_then_these_alone(tmp_path):
    save_fitted(tmp_path, ARRAYS, {"kind": "mine"})
    save_fitted(tmp_path, {"few": np.ones(2)}, {"kind": "yours"})
    arrays, _ = load_fitted(tmp_path, "yours")
    assert list(arrays) == ["few"]


def test_arrays_when_of_another_kind_then_refused(tmp_path):
    save_fitted(tmp_path, ARRAYS, {"kind": "mine"})
    with pytest.raises(ModelError, match="of kind 'mine'; expected 'yours'"):
        load_fitted(tmp_path, "yours")


def test_arrays_when_they_would_need_unpickling_then_refused(tmp_path):
    save_fitted(tmp_path, {"objects": np.array([{}], object)}, {"kind": "mine"})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_fitted(tmp_path, "mine")

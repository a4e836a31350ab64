import json

import numba
import numpy as np
import pytest

from processing.kernels.ahead import FIRST_RUN, compile_kernel, describe, find_kernel, type_of
from processing.kernels.arrays import Csr, Parameters
from processing.kernels.csr import count_keys
from tests.first_run import as_json, first_run

LISTED = FIRST_RUN.read_text()


def _readonly(array):
    array.flags.writeable = False
    return array


@pytest.fixture(scope="module")
def first_calls(tmp_path_factory):
    return first_run(tmp_path_factory.mktemp("first"))


def test_first_run_calls_what_is_compiled_ahead_and_nothing_else(first_calls):
    assert as_json(first_calls) == LISTED, "Run python -m tests.first_run."


@pytest.mark.parametrize(
    "argument",
    [
        3,
        2.5,
        np.float32(2.5),
        np.uint64(7),
        True,
        None,
        np.zeros(2, np.uint16),
        np.zeros((2, 3), bool),
        np.zeros((2, 3), np.float32).T,
        np.zeros((4, 4))[::2, ::2],
        _readonly(np.zeros(2, np.float32)),
        Csr(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)),
        Parameters(*4 * [np.zeros(2)], None),
        Parameters(*5 * [np.zeros(2)]),
    ],
)
def test_type_of_what_describes_an_argument_is_numbas_own(argument):
    wanted = numba.typeof(argument)

    assert type_of(json.loads(json.dumps(describe(wanted)))) == wanted


def test_every_listed_call_names_a_kernel_and_types_of_this_package():
    for name, calls in json.loads(LISTED).items():
        n_arguments = find_kernel(name).py_func.__code__.co_argcount
        for arguments in calls:
            assert len(list(map(type_of, arguments))) == n_arguments, name


def test_compile_kernel_leaves_nothing_to_compile_for_its_first_call():
    compile_kernel("csr.count_keys", [["int32 1 C", "int64 1 C"]])

    n_compiled = len(count_keys.signatures)
    counts = np.zeros(3, np.int64)
    count_keys(np.array([2, 0, 2], np.int32), counts)
    assert counts.tolist() == [1, 0, 2]
    assert len(count_keys.signatures) == n_compiled

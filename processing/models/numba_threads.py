"""Threads of numba in other people's processes, which may fork and have threads of their own.

Of numba's threading layers GNU's OpenMP ends a forked process that uses it, and the work queue one
in which two threads use it at once. So the layer is chosen among those that survive a fork, unless
NUMBA_THREADING_LAYER names one or other code has started one, and kernels run one at a time.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numba

from processing.errors import ModelError


class _State:
    lock = threading.RLock()
    openmp_is_lost = False  # numba started GNU's OpenMP before this process was forked


@contextmanager
def kernels() -> Iterator[None]:
    """Let the block run kernels, alone among the threads of this process.

    Raises
    ------
    ModelError
        If this process was forked from one in which numba had started GNU's OpenMP.
    """
    with _State.lock:
        if numba.config.THREADING_LAYER == "default":
            numba.config.THREADING_LAYER = "forksafe"
        if _State.openmp_is_lost:
            raise ModelError(
                "This process was forked after numba had started GNU's OpenMP, which cannot be "
                "used in it. Set the environment variable NUMBA_THREADING_LAYER to 'forksafe', or "
                "start processes by the method 'spawn'."
            )
        yield


def _after_fork() -> None:
    _State.lock = threading.RLock()  # whoever held it is not in this process
    _State.openmp_is_lost = sys.platform == "linux" and _layer() == "omp"


def _layer() -> str | None:
    try:
        return numba.threading_layer()
    except ValueError:  # none has been started
        return None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

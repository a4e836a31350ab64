"""What our kernels use of numba, which has no types of its own."""

from collections.abc import Callable
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

config: Any
types: Any
prange = range

def njit(
    *,
    cache: bool = ...,
    parallel: bool = ...,
    nogil: bool = ...,
    inline: str = ...,
    fastmath: set[str] = ...,
) -> Callable[[_F], _F]: ...
def threading_layer() -> str: ...

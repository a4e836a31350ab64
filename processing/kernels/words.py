"""Eight bytes of text at once, as a number whose lowest byte is the first."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from processing.kernels.arrays import Whole

DIGITS = np.uint64(0x3030303030303030)
ANY_DIGIT, NOTHING_ELSE = 0x76, 0x7F  # what 9, or 0, may be added to without reaching 0x80

_LOW = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH = np.uint64(0x8080808080808080)
_ROOM_OF_DIGITS = np.uint64(0x7676767676767676)
_PAIRS, _FOURS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
_TEN, _HUNDRED = np.uint64(10 * 2**8 + 1), np.uint64(100 * 2**16 + 1)
_MYRIAD = np.uint64(10_000 * 2**32 + 1)


def form(pattern: str) -> tuple[np.uint64, np.uint64]:
    """Eight characters, 0 for any digit, as `off` takes them: their bytes, and room for each."""
    rooms = bytes(ANY_DIGIT if character == "0" else NOTHING_ELSE for character in pattern)
    text = np.frombuffer(pattern.encode() + rooms, "<u8")
    return text[0], text[1]


@intrinsic
def word(typingctx: Any, text: Any, place: Any) -> Any:
    """`text[place : place + 8]` (uint8), unchecked."""
    signature = types.uint64(text, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        whole = ir.IntType(64).as_pointer()
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), whole)
        return builder.load(pointer, align=1)

    return signature, codegen


@intrinsic
def _trailing_zeros(typingctx: Any, number: Any) -> Any:
    signature = types.uint64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return signature, codegen


@njit()
def off(bytes_off: Whole, room: Whole) -> Whole:
    """Which bytes do not have the form: 0x80 in each. `bytes_off`: the text xor the form."""
    return (((bytes_off & _LOW) + room) | bytes_off) & _HIGH


@njit()
def leading_number(text: Whole) -> tuple[Whole, Whole]:
    """The number that a word begins with, and of how many digits; 0 if of none, or all are."""
    digits = text ^ DIGITS
    others = off(digits, _ROOM_OF_DIGITS)
    if others == 0:
        return 0, 0
    count = np.int64(_trailing_zeros(others)) >> 3
    if count == 0:
        return 0, 0
    digits <<= np.uint64(64 - 8 * count)
    digits = (digits * _TEN >> np.uint64(8)) & _PAIRS
    digits = (digits * _HUNDRED >> np.uint64(16)) & _FOURS
    return np.int64(digits * _MYRIAD >> np.uint64(32)), count


@njit()
def digit_at(digits: Whole, k: Whole) -> Whole:
    """Byte k of a word, as a number."""
    return np.int64((digits >> np.uint64(8 * k)) & np.uint64(0xFF))


@njit()
def two_digits(digits: Whole, k: Whole) -> Whole:
    """Bytes k and k + 1 of a word, as one number."""
    return 10 * digit_at(digits, k) + digit_at(digits, k + 1)

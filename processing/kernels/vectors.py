"""Steps over whole vectors of `WIDTH` float32, which the compiler would take number by number.

Where it does not know how many numbers there are, it takes the last up to 63 of them one by one;
here rows are padded with zeros to multiples of `WIDTH`. All is C-contiguous and unchecked, and a
place in an array is counted over all its rows.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

WIDTH, LINE = 16, 64  # numbers of a vector, bytes of a line of the cache
_FLAGS = ("contract", "reassoc", "nsz")


def padded_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy with columns of zeros up to a multiple of `WIDTH`; vectors cross no line of a cache.

    (n, f) becomes (n, -(-f // WIDTH) * WIDTH).
    """
    n, f = rows.shape
    width = -(-f // WIDTH) * WIDTH
    room = np.zeros(n * width + WIDTH, np.float32)
    first = -room.ctypes.data % LINE // room.itemsize
    out = room[first : first + n * width].reshape(n, width)
    out[:, :f] = rows
    return out


def vector() -> Any:
    """The type of a vector, for the compiler."""
    return ir.VectorType(ir.FloatType(), WIDTH)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, places: list[Any]) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    place = builder.add(places[0], places[1])
    return builder.bitcast(builder.gep(data, [place]), vector().as_pointer())


def spread(builder: Any, value: Any) -> Any:
    """A vector of one number, again and again."""
    nothing = ir.Constant(vector(), ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(one, nothing, lanes)


@intrinsic
def dot(typingctx: Any, one: Any, at_one: Any, two: Any, at_two: Any, size: Any) -> Any:
    """Σ_f one[at_one + f] two[at_two + f], f below `size`, a multiple of `WIDTH`."""
    signature = types.float32(one, types.int64, two, types.int64, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        with builder.goto_entry_block():  # a register, in the end
            sums = builder.alloca(vector())
        builder.store(ir.Constant(vector(), [0.0] * WIDTH), sums)
        steps = builder.sdiv(arguments[4], ir.Constant(ir.IntType(64), WIDTH))
        with cgutils.for_range(builder, steps) as loop:
            f = builder.mul(loop.index, ir.Constant(ir.IntType(64), WIDTH))
            a = _pointer(context, builder, kinds[0], arguments[0], [arguments[1], f])
            b = _pointer(context, builder, kinds[2], arguments[2], [arguments[3], f])
            numbers = builder.load(a, align=4), builder.load(b, align=4)
            product = builder.fmul(*numbers, flags=_FLAGS)
            builder.store(builder.fadd(builder.load(sums), product, flags=_FLAGS), sums)
        number = ir.FloatType()
        kind = ir.FunctionType(number, [number, vector()])
        name = f"llvm.vector.reduce.fadd.v{WIDTH}f32"
        function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        zero = ir.Constant(number, -0.0)
        return builder.call(function, [zero, builder.load(sums)], fastmath=_FLAGS)

    return signature, codegen


@intrinsic
def step_both(  # noqa: PLR0913, PLR0917  numba asks for the context, and slices would cost more
    typingctx: Any, one: Any, at_one: Any, two: Any, at_two: Any, size: Any, keeps: Any, steps: Any
) -> Any:
    """Move two rows towards each other, each by what the other was.

    one[f] becomes keeps[0] one[f] + steps[0] two[f], and two[f] keeps[1] two[f] + steps[1] one[f].
    """
    whole, pair = types.int64, types.UniTuple(types.float32, 2)
    signature = types.void(one, whole, two, whole, whole, pair, pair)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        keeps = [spread(builder, builder.extract_value(arguments[5], k)) for k in range(2)]
        steps = [spread(builder, builder.extract_value(arguments[6], k)) for k in range(2)]
        count = builder.sdiv(arguments[4], ir.Constant(ir.IntType(64), WIDTH))
        with cgutils.for_range(builder, count) as loop:
            f = builder.mul(loop.index, ir.Constant(ir.IntType(64), WIDTH))
            a = _pointer(context, builder, kinds[0], arguments[0], [arguments[1], f])
            b = _pointer(context, builder, kinds[2], arguments[2], [arguments[3], f])
            old = builder.load(a, align=4), builder.load(b, align=4)
            for place, pointer in enumerate((a, b)):
                kept = builder.fmul(keeps[place], old[place], flags=_FLAGS)
                moved = builder.fmul(steps[place], old[1 - place], flags=_FLAGS)
                builder.store(builder.fadd(kept, moved, flags=_FLAGS), pointer, align=4)
        return context.get_dummy_value()

    return signature, codegen

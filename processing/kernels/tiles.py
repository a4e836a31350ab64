"""Products of matrices by tiles that stay in the processor's registers.

The compiler keeps no part of an array in registers over a loop by itself, and so reads and writes
the sums again for every product that it adds.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from processing.kernels.arrays import Array, Real, Whole
from processing.kernels.vectors import WIDTH, spread, vector

ROWS = 8  # of a tile of `WIDTH` columns: 8 of the 32 registers of AVX-512, all 16 of AVX2


def _tile_of(n_rows: int) -> Any:
    """A function of compiled code that adds to `n_rows` rows and `WIDTH` columns of a matrix."""

    @intrinsic
    def add_tile(  # noqa: PLR0913, PLR0917  numba asks for the context; slices would cost more
        typingctx: Any, out: Any, left: Any, right: Any, steps: Any, place: Any, scale: Any
    ) -> Any:
        """Add to out[row + i, b + j] `scale` Σ_k left[k, a + i] right[k, b + j].

        `steps`: the first k, and one more than the last. `place`: row, a, b. Float32,
        C-contiguous, unchecked.
        """
        whole = types.int64
        pair, three = types.UniTuple(whole, 2), types.UniTuple(whole, 3)
        signature = types.void(out, left, right, pair, three, types.float32)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            target, lefts, rights = (
                context.make_array(kind)(context, builder, argument)
                for kind, argument in zip(signature.args[:3], arguments[:3], strict=True)
            )
            start, end = (builder.extract_value(arguments[3], k) for k in range(2))
            row, a, b = (builder.extract_value(arguments[4], k) for k in range(3))

            def at(array: Any, line: Any, column: Any) -> Any:
                width = builder.extract_value(array.shape, 1)
                return builder.gep(array.data, [builder.add(builder.mul(line, width), column)])

            def several(pointer: Any) -> Any:
                return builder.bitcast(pointer, vector().as_pointer())

            def plus(one: Any, two: Any, three: Any) -> Any:
                product = builder.fmul(two, three, flags=("contract",))
                return builder.fadd(one, product, flags=("contract",))

            with builder.goto_entry_block():  # registers, in the end
                sums = [builder.alloca(vector()) for _ in range(n_rows)]
            for total in sums:
                builder.store(ir.Constant(vector(), [0.0] * WIDTH), total)
            with cgutils.for_range(builder, builder.sub(end, start)) as loop:
                line = builder.add(start, loop.index)
                across = builder.load(several(at(rights, line, b)), align=4)
                down = at(lefts, line, a)
                for i, total in enumerate(sums):
                    value = builder.load(builder.gep(down, [ir.Constant(ir.IntType(64), i)]))
                    builder.store(plus(builder.load(total), spread(builder, value), across), total)
            factor = spread(builder, arguments[5])
            for i, total in enumerate(sums):
                line = builder.add(row, ir.Constant(ir.IntType(64), i))
                pointer = several(at(target, line, b))
                old = builder.load(pointer, align=4)
                builder.store(plus(old, factor, builder.load(total)), pointer, align=4)
            return context.get_dummy_value()

        return signature, codegen

    return add_tile


_add_tile, _add_row = _tile_of(ROWS), _tile_of(1)


@njit(cache=True)
def add_products(
    out: Array, rows: Array, first: Whole, last: Whole, begin: Whole, scale: Real
) -> None:
    """Add `scale` Σ_k rows[k, a] rows[k, b], first <= k < last, to out[a, b] for begin <= a <= b.

    `out`: float32 (n, n), n and `begin` multiples of `WIDTH`; below its diagonal, within a tile,
    anything may be written. `rows`: float32 (m, n), which may be `out` where `last` is not above
    `begin`.
    """
    n = len(out)
    for a in range(begin, n, ROWS):
        for b in range(a - a % WIDTH, n, WIDTH):
            _add_tile(out, rows, rows, (first, last), (a, a, b), scale)


@njit(cache=True, fastmath={"contract", "reassoc", "nsz"})
def solve(system: Array, right: Array) -> None:
    """Write the solution of a positive definite system over `right`, and its root over `system`.

    `system`: float32 (n, n), of which the upper triangle is read, n a multiple of `WIDTH`. Cholesky
    by blocks of `WIDTH` rows, A = UᵀU; what a block takes from the rows below is taken at once.
    """
    n, one = len(right), np.float32(1)
    as_row, as_column = right.reshape(1, n), right.reshape(n, 1)
    for begin in range(0, n, WIDTH):
        end = begin + WIDTH
        for k in range(begin, end):
            for b in range(begin, n, WIDTH):
                _add_row(system, system, system, (begin, k), (k, k, b), -one)
            row, over = system[k], one / np.sqrt(system[k, k])
            for first in range(begin, n, WIDTH):
                for b in range(first, first + WIDTH):
                    row[b] *= over
        add_products(system, system, begin, end, end, -one)
        _add_row(as_row, as_column, system, (0, begin), (0, 0, begin), -one)
        for k in range(begin, end):
            row, part = system[k], right[k] / system[k, k]
            right[k] = part
            for b in range(k + 1, end):
                right[b] -= part * row[b]
    for k in range(n - 1, -1, -1):
        row, total = system[k], right[k]
        for b in range(k + 1, n):
            total -= row[b] * right[b]
        right[k] = total / row[k]

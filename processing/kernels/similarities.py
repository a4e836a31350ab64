"""Similarities of all pairs of rows of a ratings matrix, in one pass over the pairs of entries.

x are the rows whose similarities are wanted (users or movies), y the columns. The rows are ranked
by how many entries they have, most first, and row a adds up what it has in common with each row b
of a lower rank number: for each y of a, over the entries of y up to a's own. That is Σ n_y² / 2
additions of one vector of four numbers. The sums of the most frequent b, on which most additions
fall, lie side by side in the nearest cache.

A pair of ranks b < a is at a (a - 1) / 2 + b of the triangle that is written.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Biases, Csr, Formula, Real, Triangle, Whole

MSD, COSINE, PEARSON, PEARSON_BASELINE = range(4)

_AHEAD = 2  # how many lists ahead the next one is fetched from memory
_FETCHED = 256  # and how many of its entries
_STRIP = 16  # float32 of a cache line


class Entries(NamedTuple):
    """Entries of a matrix by rows, or of one row of it.

    `indices` (the y of each) and `values` as of `Csr`. `places`: of the x in each y's list, how
    many come before: unsigned.
    """

    indices: NDArray[Any]
    values: NDArray[Any]
    places: NDArray[Any]


@intrinsic
def add4(  # noqa: PLR0913, PLR0917  numba asks for the context, and the four are a vector's
    typingctx: Any, sums: Any, place: Any, v0: Any, v1: Any, v2: Any, v3: Any
) -> Any:
    """Add four numbers to `sums[4 * place : 4 * place + 4]` as one vector, unchecked.

    The compiler does not find out by itself that the four lie side by side and may go in one step.
    """
    signature = types.void(sums, types.int64, *[sums.dtype] * 4)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        number = context.get_data_type(sums.dtype)
        vector = ir.VectorType(number, 4)
        start = builder.mul(arguments[1], ir.Constant(ir.IntType(64), 4))
        pointer = builder.bitcast(builder.gep(array.data, [start]), vector.as_pointer())
        added = ir.Constant(vector, ir.Undefined)
        for k in range(4):
            lane = ir.Constant(ir.IntType(32), k)
            added = builder.insert_element(added, arguments[2 + k], lane)
        width = sums.dtype.bitwidth // 8
        old = builder.load(pointer, align=width)
        builder.store(builder.fadd(old, added), pointer, align=width)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def fetch(typingctx: Any, array: Any, place: Any) -> Any:
    """Ask for `array[place]` to be brought into the cache; changes nothing else.

    The processor foresees the next number of a list, but not which list comes next.
    """
    signature = types.void(array, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        read, keep, data_cache = (ir.Constant(number, k) for k in (0, 3, 1))
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [pointer, read, keep, data_cache])
        return context.get_dummy_value()

    return signature, codegen


@njit(cache=True, parallel=True)
def deviations(matrix: Csr, biases: Biases, out: Array) -> None:
    """Write each entry's value less mean, column's bias and row's bias (Surprise's order)."""
    indptr, indices, values, _ = matrix
    mean, x_biases, y_biases = biases
    for x in prange(len(indptr) - 1):
        for p in range(indptr[x], indptr[x + 1]):
            out[p] = values[p] - ((mean + y_biases[indices[p]]) + x_biases[x])


@njit(cache=True)
def step_of(n: Whole, most: Whole) -> Whole:
    """Every which of `n` entries is taken where at most `most` are."""
    return 1 + (n - 1) // most if n > most else 1


@njit(cache=True)
def rank_entries(
    matrix: Csr, order: Array, places: Array, lists: Csr, most: Whole, costs: Array
) -> None:
    """Write each y's entries by ascending rank of their x, and where each x's entries went.

    `order`: the rows x by rank. `places`: as of `Entries`, in the order of `matrix`. `lists`: by y;
    its pointer is read, its indices become the ranks of the x, unsigned. `most`: entries of a row
    that will be looked at. `costs`: int64 (n_x,), by rank, additions that the row takes; they are
    added to.
    """
    indptr, indices, values, _ = matrix
    ends = lists.indptr[:-1].copy()
    for rank in range(len(order)):
        for p in range(indptr[order[rank]], indptr[order[rank] + 1]):
            y = indices[p]
            lists.indices[ends[y]] = rank
            lists.values[ends[y]] = values[p]
            places[p] = ends[y] - lists.indptr[y]
            costs[rank] += places[p]
            ends[y] += 1
        costs[rank] //= step_of(indptr[order[rank] + 1] - indptr[order[rank]], most)


@njit(cache=True)
def add_row(row: Entries, lists: Csr, measure: Whole, step: Whole, sums: Array) -> None:
    """Add to `sums` what a row has in common with other rows, of every `step`-th of its entries.

    Of each entry's y the first `places` entries of its list are taken. `sums`: 4 numbers for each
    other row, 8 for PEARSON: of the common entries their number, Σ ab, Σ a², Σ b², and then Σ a,
    Σ b; for MSD their number and Σ (a - b)².
    """
    indices, values, places = row
    y_indptr, ranks, ranked, _ = lists
    end = len(indices)
    one, zero = sums.dtype.type(1), sums.dtype.type(0)
    for entry in range(0, end, step):
        ahead = entry + _AHEAD * step
        if ahead < end:
            start = y_indptr[indices[ahead]]
            length: Whole = min(np.int64(places[ahead]), _FETCHED)
            for k in range(0, length, _STRIP):
                fetch(ranked, start + k)
                if k % (2 * _STRIP) == 0:
                    fetch(ranks, start + k)
        a = values[entry]
        start = y_indptr[indices[entry]]
        if measure == MSD:
            for q in range(start, start + places[entry]):
                difference = a - ranked[q]
                add4(sums, np.int64(ranks[q]), one, difference * difference, zero, zero)
        elif measure == PEARSON:
            for q in range(start, start + places[entry]):
                b = ranked[q]
                add4(sums, 2 * np.int64(ranks[q]), one, a * b, a * a, b * b)
                add4(sums, 2 * np.int64(ranks[q]) + 1, a, b, zero, zero)
        else:
            for q in range(start, start + places[entry]):
                b = ranked[q]
                add4(sums, np.int64(ranks[q]), one, a * b, a * a, b * b)


@njit(cache=True)
def similarity_of(sums: Array, formula: Formula) -> Real:
    """Surprise's similarity of the sums of one pair; 0 where Surprise would divide by 0."""
    measure, min_support, shrinkage, _ = formula
    n = np.float64(sums[0])
    if n < min_support or n == 0.0:
        return 0.0
    if measure == MSD:
        return 1.0 / (np.float64(sums[1]) / n + 1.0)
    product, square_a, square_b = np.float64(sums[1]), np.float64(sums[2]), np.float64(sums[3])
    if measure == PEARSON:
        sum_a, sum_b = np.float64(sums[4]), np.float64(sums[5])
        product = n * product - sum_a * sum_b
        square_a = n * square_a - sum_a**2
        square_b = n * square_b - sum_b**2
    scale = np.sqrt(square_a * square_b)
    if not scale > 0.0:
        return 0.0
    if measure == PEARSON_BASELINE:
        return product / scale * ((n - 1.0) / (n - 1.0 + shrinkage)) if n > 1.0 else 0.0
    return product / scale


@njit(cache=True, parallel=True)
def triangle_of_similarities(
    matrix: Csr, places: Array, lists: Csr, deal: Array, formula: Formula, out: Triangle
) -> None:
    """Write the similarities of all pairs of rows, by rank, into `out`.

    `places`, `lists`: of `rank_entries`. Of a row with more than `formula.most` entries every
    second, third, ... is taken, so that at most that many are; what is added up of them counts two,
    three, ... times. The sums are kept in the type of the values, float32 or float64, and each is
    added up in the order of the row's entries; similarities are those of Surprise's
    `similarities.pyx`. For PEARSON_BASELINE values are the deviations from the baseline. `deal`:
    int64 (n_tasks, n), the ranks of each task's rows, -1 for none; rows share nothing, so that the
    result does not depend on the number of threads. `out.order` is read; similarities are rounded
    unless their unit is 1.
    """
    indptr, indices, values, _ = matrix
    order, unit = out.order, out.unit
    sims, supports = out.sims, out.supports
    width = 8 if formula.measure == PEARSON else 4
    for task in prange(len(deal)):
        sums = np.zeros(width * len(order), values.dtype)
        for rank in deal[task]:
            if rank < 0:
                continue
            first, last = indptr[order[rank]], indptr[order[rank] + 1]
            row = Entries(indices[first:last], values[first:last], places[first:last])
            step = step_of(last - first, formula.most)
            add_row(row, lists, formula.measure, step, sums)
            start = rank * (rank - 1) // 2
            for b in range(rank):
                pair = sums[width * b : width * (b + 1)]
                if step > 1 and pair[0] == 1 and formula.measure == PEARSON_BASELINE:
                    pair[:] = 0  # one entry of many says nothing of how two rows go together
                pair *= values.dtype.type(step)
                similarity = unit * similarity_of(pair, formula)
                sims[start + b] = similarity if unit == 1 else np.rint(similarity)
                if len(supports) > 0:
                    supports[start + b] = np.int32(pair[0])
                pair[:] = 0
            sums[width * rank : width * (rank + 1)] = 0  # what a repeated entry has with itself


@njit(cache=True, parallel=True)
def unpack_triangle(triangle: Triangle, out: Array) -> None:
    """Write the square matrix `out` of a triangle, in the rows' own order.

    The diagonal is the triangle's unit, a similarity of 1.
    """
    sims, order, unit, _ = triangle
    for rank in prange(len(order)):
        row, start = order[rank], rank * (rank - 1) // 2
        out[row, row] = unit
        for b in range(rank):
            out[row, order[b]] = sims[start + b]
            out[order[b], row] = sims[start + b]


@njit(cache=True, parallel=True)
def pack_square(square: Array, out: Array) -> None:
    """Write the triangle `out` of a symmetric matrix: what `unpack_triangle` undoes."""
    for row in prange(len(square)):
        start = row * (row - 1) // 2
        out[start : start + row] = square[row, :row]

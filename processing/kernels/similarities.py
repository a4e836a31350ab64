"""Similarities of all pairs of rows of a ratings matrix, in one pass over the pairs of entries.

x are the rows whose similarities are wanted (users or movies), y the columns. The rows are ranked
by how many entries they have, most first, and row a adds up what it has in common with each row b
of a lower rank number: for each y of a, over the entries of y up to a's own. That is Σ n_y² / 2
additions of one vector of four numbers. The sums of the most frequent b, on which most additions
fall, lie side by side in the nearest cache.

A pair of ranks b < a is at a (a - 1) / 2 + b of the triangle that is written.
"""

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

MSD, COSINE, PEARSON, PEARSON_BASELINE = range(4)

_AHEAD = 2  # how many lists ahead the next one is fetched from memory
_FETCHED = 256  # and how many of its entries
_STRIP = 16  # float32 of a cache line


@intrinsic
def add4(typingctx, sums, place, v0, v1, v2, v3):
    """Add four numbers to `sums[4 * place : 4 * place + 4]` as one vector, unchecked."""
    signature = types.void(sums, types.int64, *[sums.dtype] * 4)

    def codegen(context, builder, signature, arguments):
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
def fetch(typingctx, array, place):
    """Ask for `array[place]` to be brought into the cache; changes nothing else."""
    signature = types.void(array, types.int64)

    def codegen(context, builder, signature, arguments):
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
def deviations(indptr, indices, values, mean, x_biases, y_biases, out):
    """Write each entry's value less mean, bias of its y and bias of its x (Surprise's order)."""
    for x in prange(len(indptr) - 1):
        for p in range(indptr[x], indptr[x + 1]):
            out[p] = values[p] - ((mean + y_biases[indices[p]]) + x_biases[x])


@njit(cache=True)
def rank_entries(indptr, indices, values, order, y_indptr, ranks, ranked, places, costs):
    """Write each y's entries by ascending rank of their x, and where each x's entries went.

    `order`: the rows x by rank. `y_indptr`: row pointer by y. `ranks` (unsigned) and `ranked`
    (as `values`): ranks and values by y. `places` (unsigned, as `indices`): place of each entry in
    its y's list. `costs`: int64 (n_x,), by rank, additions that the row takes.
    """
    ends = y_indptr[:-1].copy()
    for rank in range(len(order)):
        for p in range(indptr[order[rank]], indptr[order[rank] + 1]):
            y = indices[p]
            ranks[ends[y]] = rank
            ranked[ends[y]] = values[p]
            places[p] = ends[y] - y_indptr[y]
            costs[rank] += places[p]
            ends[y] += 1


@njit(cache=True)
def add_row(p, end, indices, values, places, y_indptr, ranks, ranked, measure, sums):
    """Add to `sums` what entries `p` to `end`, a row, have in common with other rows.

    Of each entry's y the first `places` entries are taken. `sums`: 4 numbers for each other row, 8
    for PEARSON: of the common entries their number, Σ ab, Σ a², Σ b², and then Σ a, Σ b; for MSD
    their number and Σ (a - b)².
    """
    one, zero = sums.dtype.type(1), sums.dtype.type(0)
    for entry in range(p, end):
        if entry + _AHEAD < end:
            start = y_indptr[indices[entry + _AHEAD]]
            for k in range(0, min(np.int64(places[entry + _AHEAD]), _FETCHED), _STRIP):
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
def similarity_of(sums, measure, min_support, shrinkage):
    """Surprise's similarity of the sums of one pair; 0 where Surprise would divide by 0."""
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
    indptr,
    indices,
    values,
    places,
    order,
    y_indptr,
    ranks,
    ranked,
    deal,
    measure,
    min_support,
    shrinkage,
    unit,
    sims,
    supports,
):
    """Write the similarities of all pairs of rows, by rank, into the triangle `sims`.

    `indptr`, `indices`, `values`: CSR by x; `places`, `order`, `y_indptr`, `ranks`, `ranked`: of
    `rank_entries`. The sums are kept in the type of `values`, float32 or float64, and each is added
    up in the order of the row's entries. `measure`: one of this module's constants, as in
    Surprise's `similarities.pyx`; for PEARSON_BASELINE `values` are the deviations from the
    baseline. `deal`: int64 (n_tasks, n), the ranks of each task's rows, -1 for none; rows share
    nothing, so that the result does not depend on the number of threads. `sims` are written in
    `unit`s, so that `unit` stands for 1, and rounded unless it is 1. `supports` (int32, entries in
    common) may be empty: then it is left.
    """
    width = 8 if measure == PEARSON else 4
    for task in prange(len(deal)):
        sums = np.zeros(width * len(order), values.dtype)
        for rank in deal[task]:
            if rank < 0:
                continue
            x = order[rank]
            add_row(
                indptr[x],
                indptr[x + 1],
                indices,
                values,
                places,
                y_indptr,
                ranks,
                ranked,
                measure,
                sums,
            )
            start = rank * (rank - 1) // 2
            for b in range(rank):
                pair = sums[width * b : width * (b + 1)]
                similarity = unit * similarity_of(pair, measure, min_support, shrinkage)
                sims[start + b] = similarity if unit == 1 else np.rint(similarity)
                if len(supports) > 0:
                    supports[start + b] = np.int32(pair[0])
                pair[:] = 0


@njit(cache=True, parallel=True)
def unpack_triangle(triangle, order, unit, out):
    """Write the square matrix `out` of a triangle by rank, in the rows' own order.

    `order`: the row of each rank. The diagonal is `unit`, a similarity of 1.
    """
    for rank in prange(len(order)):
        row, start = order[rank], rank * (rank - 1) // 2
        out[row, row] = unit
        for b in range(rank):
            out[row, order[b]] = triangle[start + b]
            out[order[b], row] = triangle[start + b]


@njit(cache=True, parallel=True)
def pack_square(square, out):
    """Write the triangle `out` of a symmetric matrix: what `unpack_triangle` undoes."""
    for row in prange(len(square)):
        start = row * (row - 1) // 2
        out[start : start + row] = square[row, :row]

"""Alternating least squares: the factors of one side, the other held still."""

import math

from numba import njit, prange

from processing.kernels.arrays import Array, Csr


@njit(cache=True, parallel=True, fastmath={"contract", "reassoc", "nsz"})
def solve_rows(rated: Csr, factors: Array, gram: Array, regs: Array, out: Array) -> None:
    """Write the factors of each row, given those of the columns.

    out[r] = (gram + Σ_j f_j f_jᵀ + regs[r] I)⁻¹ Σ_j v_rj f_j over the entries of row r; `gram` is
    what pairs without an entry add, or zero where they count for nothing.
    `factors`: float32 (n_columns, f); `gram`: float32 (f, f); `out`: float32 (n_rows, f). A row
    without entries becomes zero.
    """
    indptr, indices, values = rated.indptr, rated.indices, rated.values
    size = factors.shape[1]
    for r in prange(len(out)):
        row = out[r]
        row[:] = 0.0
        if indptr[r] == indptr[r + 1]:
            continue
        system = gram.copy()
        p, end = indptr[r], indptr[r + 1]
        while p + 4 <= end:  # four at a time, since the system does not fit into the nearest cache
            one, two = factors[indices[p]], factors[indices[p + 1]]
            three, four = factors[indices[p + 2]], factors[indices[p + 3]]
            for a in range(size):
                of_system = system[a]
                i, j, k, m = one[a], two[a], three[a], four[a]
                for b in range(a + 1):
                    of_system[b] += i * one[b] + j * two[b] + k * three[b] + m * four[b]
                row[a] += values[p] * i + values[p + 1] * j + values[p + 2] * k + values[p + 3] * m
            p += 4
        while p < end:
            of_column = factors[indices[p]]
            for a in range(size):
                part = of_column[a]
                of_system = system[a]
                for b in range(a + 1):
                    of_system[b] += part * of_column[b]
                row[a] += values[p] * part
            p += 1
        for a in range(size):
            system[a, a] += regs[r]
        _solve(system, row)


@njit(cache=True, fastmath={"contract", "reassoc", "nsz"})
def _solve(system: Array, right: Array) -> None:
    """Write the solution of a positive definite system, its lower triangle, over `right`."""
    size = len(right)
    for a in range(size):
        for b in range(a + 1):
            total = system[a, b]
            for k in range(b):
                total -= system[a, k] * system[b, k]
            system[a, b] = math.sqrt(total) if a == b else total / system[b, b]
    for a in range(size):
        total = right[a]
        for k in range(a):
            total -= system[a, k] * right[k]
        right[a] = total / system[a, a]
    for a in range(size - 1, -1, -1):
        total = right[a]
        for k in range(a + 1, size):
            total -= system[k, a] * right[k]
        right[a] = total / system[a, a]

"""Alternating least squares: the factors of one side, the other held still."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr
from processing.kernels.similarities import fetch
from processing.kernels.tiles import add_products, solve
from processing.kernels.vectors import WIDTH

N_TASKS = 64
PANEL = 32  # entries whose factors are together in the nearest cache


@njit(cache=True, parallel=True, fastmath={"contract", "reassoc", "nsz"})
def solve_rows(rated: Csr, factors: Array, gram: Array, regs: Array, out: Array) -> None:
    """Write the factors of each row, given those of the columns.

    out[r] = (gram + Σ_j f_j f_jᵀ + regs[r] I)⁻¹ Σ_j v_rj f_j over the entries of row r; `gram` is
    what pairs without an entry add, or zero where they count for nothing.
    `factors`: float32 (n_columns, f); `gram`: float32 (f, f); `out`: float32 (n_rows, f). A row
    without entries becomes zero. Each task takes every `N_TASKS`-th row, so that tasks take about
    equally long wherever the rows with many entries are.
    """
    indptr, indices, values = rated.indptr, rated.indices, rated.values
    size = factors.shape[1]
    whole = (size + WIDTH - 1) // WIDTH * WIDTH
    for task in prange(N_TASKS):
        system = np.empty((whole, whole), np.float32)
        panel = np.zeros((PANEL, whole), np.float32)
        right = np.empty(whole, np.float32)
        for r in range(task, len(out), N_TASKS):
            start, end = indptr[r], indptr[r + 1]
            if start == end:
                out[r] = 0
                continue
            right[:] = 0
            for a in range(size):
                for b in range(size):
                    system[a, b] = gram[a, b]
                for b in range(size, whole):
                    system[a, b] = 0
                system[a, a] += regs[r]
            for a in range(size, whole):
                system[a] = 0
                system[a, a] = 1
            for first in range(start, end, PANEL):
                last = min(end, first + PANEL)
                for p in range(last, min(end, last + PANEL)):
                    for f in range(0, size, WIDTH):
                        fetch(factors, np.int64(indices[p]) * size + f)
                for p in range(first, last):
                    given, value = factors[indices[p]], np.float32(values[p])
                    kept = panel[p - first]
                    for f in range(size):
                        kept[f] = given[f]
                        right[f] += value * given[f]
                add_products(system, panel, 0, last - first, 0, 1.0)
            solve(system, right)
            for f in range(size):
                out[r, f] = right[f]

"""One order of movies for two people, from the order of each: they choose in turn.

Model:   of the movies that neither has rated, first the one that is nearer to the top of either
         list: by min(place in A's, place in B's); of two that are as near, the one that is also
         nearer in the other list
Source:  Masthoff (2011), "Group recommender systems: combining individual models", where choosing
         in turn is one of the strategies.
Differs: nobody begins: which of two first choices comes first is decided by the other's list, so
         that the list is the same whoever is called A.

`benchmarks/both.py` measures it beside other rules: lists in turn serve best the one of two whom a
list serves less.
"""

import numpy as np
from numpy.typing import NDArray


def pair_order(orders: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the order of both, (n,), higher first, of the orders of each, (2, n).

    In each the higher comes first, and of equal ones the one before.
    """
    n = orders.shape[1]
    places = np.argsort(np.argsort(-orders, axis=1, kind="stable"), axis=1)
    best, other = places.min(axis=0), places.max(axis=0)
    found: NDArray[np.float64] = -(best * float(n) + other)
    return found

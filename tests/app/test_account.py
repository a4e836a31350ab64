import pytest

from app.model.account import LABELS, account
from processing.ensemble.features import CONTRIBUTIONS


def test_account_when_rounding_leaves_a_rest_then_the_largest_takes_it():
    found = account(("user", "taste", "time"), (0.104, 0.504, -0.004), 3.504, 4.108)
    assert [(part.group, part.stars) for part in found] == [("user", 0.1), ("taste", 0.51)]
    assert 3.5 + sum(part.stars for part in found) == pytest.approx(4.11)


def test_account_when_a_release_has_no_contributions_then_empty():
    assert account((), (), 3.5, 4.0) == ()


def test_labels_when_listed_then_every_group_of_the_ensemble_has_one():
    assert set(LABELS) == set(CONTRIBUTIONS)

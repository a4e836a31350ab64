"""Fixtures that any test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def ratings_data():
    """Give the path of a real data set by its file name, from the folder that RATINGS_DATA names.

    Without it the test is skipped; under CI, where it has to be there, the test fails.
    """

    def path_of(name: str) -> Path:
        folder = os.environ.get("RATINGS_DATA")
        if folder and (Path(folder) / name).exists():
            return Path(folder) / name
        missing = f"is not in {folder!r}" if folder else "is needed, and RATINGS_DATA is not set"
        reason = f"{name} {missing}; RATINGS_DATA names the folder of the real data sets."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    return path_of

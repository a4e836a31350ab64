"""What opening a release may import: the site's memory and start depend on it."""

import subprocess
import sys

HEAVY = ("boto3", "botocore", "config", "flask", "numba", "pandas", "pyarrow", "scipy", "surprise")


def test_release_when_used_with_a_folder_then_only_numpy_is_imported():
    code = f"""
import sys
from types import SimpleNamespace
from processing.release import open_release_storage
open_release_storage(SimpleNamespace(bucket="", pred_dir="p")).names()
print([name for name in {HEAVY} + ("xgboost",) if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_release_when_exported_then_all_names_are_there_and_sorted():
    import processing.release

    names = processing.release.__all__
    assert all(hasattr(processing.release, name) for name in names)
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))

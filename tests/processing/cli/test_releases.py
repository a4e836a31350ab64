"""The commands about releases."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from processing.cli.releases import publish_command, releases
from processing.errors import ReleaseError, ReleaseFormatError, UnknownReleaseError
from tests.make_golden_release import stage_golden

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command with local folders; the error that it ends in is raised."""
    monkeypatch.setenv("ICP_PRED_DIR", str(tmp_path / "predictions"))
    monkeypatch.setenv("ICP_UPLOAD_DIR", str(tmp_path / "figures"))
    monkeypatch.delenv("ICP_BUCKET", raising=False)
    group = click.Group(commands=[publish_command, releases])
    return lambda *words: CliRunner().invoke(
        group, [str(word) for word in words], catch_exceptions=False
    )


@pytest.fixture
def ids(invoke: Invoke, tmp_path: Path) -> list[str]:
    """Publish two runs by the command; return the ids of their releases."""
    found = []
    for day in (2, 3):
        run = tmp_path / f"run-{day}"
        found.append(stage_golden(run / "release", f"2006-10-{day:02d}T08:30:00Z"))
        assert found[-1] in invoke("publish", run).stdout
    return found


def test_publish_when_run_holds_no_release_then_says_how_to_make_one(invoke, tmp_path: Path):
    with pytest.raises(ReleaseError, match="python -m processing run"):
        invoke("publish", tmp_path)


def test_list_when_some_are_published_then_aligned_and_active_is_marked(
    invoke: Invoke, ids: list[str], tmp_path: Path
):
    left = tmp_path / "predictions" / "releases" / "20061001T083000Z-00000000"
    left.mkdir()
    (left / "movies.json").write_bytes(b"")
    lines = invoke("releases", "list").stdout.splitlines()
    assert lines[0].split() == [
        *("release", "created", "(UTC)", "source", "ratings", "profile", "RMSE", "size")
    ]
    assert lines[1].split()[:2] == ["*", ids[1]]
    assert lines[2].split() == [
        *(ids[0], "2006-10-02", "08:30:00", "Golden", "5", "surprise", "0.8750", "5.1", "kB")
    ]
    assert lines[3].split() == ["20061001T083000Z-00000000", "incomplete"]
    assert len({line.index("2006") for line in lines[1:]}) == 1


def test_list_when_none_is_published_then_says_how(invoke: Invoke):
    assert "python -m processing run SOURCE" in invoke("releases", "list").stdout


def test_show_when_no_id_then_the_active_one(invoke: Invoke, ids: list[str]):
    output = invoke("releases", "show").stdout
    assert output == invoke("releases", "show", ids[1]).stdout
    assert ids[1] in output
    assert "Golden (simulated)" in output
    assert "left out: knn_user" in output
    assert "svd        0.9375   0.7500    25.50" in output


def test_verify_when_whole_then_says_so(invoke: Invoke, ids: list[str]):
    assert invoke("releases", "verify").stdout == f"Release {ids[1]} is whole.\n"


def test_verify_when_damaged_then_lists_problems_and_fails(invoke, ids, tmp_path: Path):
    (tmp_path / "predictions" / "releases" / ids[0] / "similar.npy").unlink()
    with pytest.raises(ReleaseFormatError, match="has 1 problem"):
        invoke("releases", "verify", ids[0])


def test_activate_and_rollback_when_done_then_say_what_is_active(invoke: Invoke, ids: list[str]):
    assert invoke("releases", "activate", ids[0]).stdout == f"Release {ids[0]} is active.\n"
    assert invoke("releases", "rollback").stdout == f"Release {ids[1]} is active.\n"


def test_activate_when_unknown_then_fails(invoke: Invoke, ids: list[str]):
    with pytest.raises(UnknownReleaseError):
        invoke("releases", "activate", "x")


def test_prune_when_dry_or_not_then_says_what_goes(invoke: Invoke, ids: list[str]):
    prune = ("releases", "prune", "--keep", 1)
    assert invoke(*prune, "--dry-run").stdout == f"Would delete {ids[0]}.\n"
    assert invoke(*prune).stdout == f"Deleted {ids[0]}.\n"
    assert invoke(*prune).stdout == "Nothing to delete.\n"


def test_export_when_done_then_names_the_files(invoke: Invoke, ids: list[str], tmp_path: Path):
    output = invoke("releases", "export", ids[0], "--to", tmp_path / "tables").stdout
    assert str(tmp_path / "tables" / "ratings.parquet") in output.splitlines()
    assert len(output.splitlines()) == 6


@pytest.mark.parametrize(
    "words", [("prune",), ("prune", "--keep", "0"), ("export",), ("activate",)]
)
def test_commands_when_misused_then_usage_error(invoke: Invoke, words: tuple[str, ...]):
    assert invoke("releases", *words).exit_code == 2


def test_commands_when_asked_for_help_then_it_ends_with_an_example(invoke: Invoke):
    names = [("publish",), ("releases",), *(("releases", name) for name in releases.commands)]
    for words in names:
        last = " ".join(invoke(*words, "--help").stdout.split("\n\n")[-1].split())
        assert last.startswith(f"Example: python -m processing {' '.join(words)}")

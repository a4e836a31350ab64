"""The commands as a user types them: results, help, messages and exit codes."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from processing.cli.main import PROTOCOLS, main
from processing.data import splits as protocols
from tests.builders import random_rows, tasteful_rows

ROOT = Path(__file__).parents[3]


def _commands(group=main, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = list(_commands())


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Run a command in an empty folder, with an environment that names no bucket."""
    monkeypatch.chdir(tmp_path)
    for name in ("ICP_BUCKET", "ICP_PRED_DIR", "ICP_UPLOAD_DIR", "AWS_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def source(tmp_path):
    """A CSV of the user's own."""
    path = tmp_path / "mine.csv"
    lines = [f"{u},{i},{r},{d * 86_400}" for u, i, r, d in tasteful_rows(41, 60, 40)]
    path.write_text("\n".join(["user,movie,rating,timestamp", *lines]) + "\n")
    return path


def _one_line_error(result, *parts):
    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    for part in parts:
        assert part in line


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_when_asked_for_then_ends_with_an_example_that_parses(command, cli):
    result = cli(*command, "--help")
    assert result.exit_code == 0
    assert "--quiet" in result.output
    words = " ".join(result.output.split())
    example = re.search(r"Example: python -m processing (.+)$", words)[1]
    arguments = shlex.split(example)
    assert tuple(arguments[: len(command)]) == command
    found = main
    context = click.Context(main)
    for word in command:
        found = found.get_command(context, word)
    rest = arguments[len(command) :]
    found.make_parser(context).parse_args(list(rest))


def test_verbs_when_listed_then_those_of_the_design():
    assert {command[0] for command in COMMANDS} == {
        "download",
        "simulate",
        "ingest",
        "explore",
        "evaluate",
        "run",
        "publish",
        "releases",
    }
    assert {command[1] for command in COMMANDS if command[0] == "releases"} == {
        "list",
        "show",
        "verify",
        "activate",
        "rollback",
        "prune",
        "export",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-verb"],
        ["evaluate", "x.csv"],
        ["ingest"],
        ["simulate", "d", "--users", "0"],
        ["simulate", "d", "--netflix-size", "--users", "5"],
        ["ingest", "mine.csv", "--scale", "5:1"],
        ["ingest", "mine.csv", "--scale", "a:b"],
        ["ingest", "mine.csv", "--scale", "1:inf"],
        ["evaluate", "mine.csv", "--protocol", "tine"],
        ["evaluate", "mine.csv", "--protocol", "last", "--profile", "fats"],
    ],
)
def test_usage_when_wrong_then_exit_code_2(arguments, cli, source):
    result = cli(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_ingest_when_the_source_is_missing_then_one_line_and_exit_code_1(cli):
    _one_line_error(cli("ingest", "no-such-file.zip"), "no-such-file.zip")


def test_ingest_when_a_line_is_bad_then_says_file_line_and_text(cli, source):
    with source.open("a") as file:
        file.write("7,1,good,0\n")
    n_lines = len(source.read_text().splitlines())
    _one_line_error(cli("ingest", source, "--quiet"), f"mine.csv:{n_lines}", "good")
    result = cli("ingest", source, "--skip-bad", 1)
    assert result.exit_code == 0
    assert "bad lines   1 skipped" in result.output


def test_ingest_when_read_again_then_says_the_same_from_the_cache(cli, source, tmp_path):
    first = cli("ingest", source)
    assert "users       60\n" in first.output
    assert "scale       1 to 5 by 1 stars" in first.output
    again = cli("ingest", source)
    assert again.stdout == first.stdout
    assert "as cached in" in again.stderr
    assert len(list((tmp_path / "runs" / "cache").iterdir())) == 1


def test_ingest_when_the_scale_is_said_then_kept(cli, source):
    assert "0 to 10 by 0.5" in cli("ingest", source, "--scale", "0:10:0.5").output


def test_quiet_when_said_then_stderr_is_silent(cli, source):
    assert cli("ingest", source, "--quiet").stderr == ""
    assert cli("ingest", source).stderr != ""


def test_protocols_when_offered_then_those_that_there_are():
    assert set(PROTOCOLS) == set(protocols.PROTOCOLS)


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_evaluate_when_the_folder_of_a_file_is_missing_then_said_before_any_work(
    cli, source, option
):
    result = cli("evaluate", source, "--protocol", "last", option, "nowhere/out")
    assert result.exit_code == 2
    assert "there is no folder nowhere" in result.stderr


def test_ingest_when_a_folder_cannot_be_made_then_one_line(cli, source, tmp_path):
    (tmp_path / "file").write_text("")
    _one_line_error(cli("ingest", source, "--runs", "file/runs", "--quiet"), "file")


def test_evaluate_when_done_then_table_json_and_page_agree(cli, source, tmp_path):
    wanted = ["--json", "out.json", "--html", "out.html"]
    result = cli("evaluate", source, "--protocol", "random", "--seed", 3, *wanted)
    assert result.exit_code == 0, result.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["protocol"] == "random"
    assert report["seed"] == 3
    rows = {row["model"]: row for row in report["models"]}
    assert set(rows) >= {"baseline", "knn_movie", "als", "timesvdpp", "ensemble"}
    for row in rows.values():
        assert set(row) >= {"model", "rmse", "mae", "mape", "fit_seconds", "predict_seconds"}
        *_, line = (  # the lists of some models stand above
            line for line in result.stdout.splitlines() if line.startswith(row["label"] + "  ")
        )
        assert f'<td class="num">{row["rmse"]:.4f}</td>' in (tmp_path / "out.html").read_text()
        low, high = row["rmse_interval"]
        shown = [f"{row['rmse']:.4f}", f"{low:.4f},", f"{high:.4f}", f"{row['mae']:.4f}"]
        assert line.removeprefix(row["label"]).split()[:4] == shown


def test_run_when_undated_then_says_so_and_is_measured_by_random(cli, tmp_path):
    path = tmp_path / "undated.csv"
    path.write_text("user,movie,rating\n1,11,4\n1,12,3\n2,11,5\n2,13,2\n3,12,1\n3,13,4\n")
    result = cli("run", path)
    assert result.exit_code == 0, result.stderr
    assert "has no dates" in result.stderr
    assert "by the protocol 'random' instead" in result.stderr
    assert "protocol random" in result.stdout


def test_run_when_the_protocol_is_said_then_it_and_no_other(cli, source, tmp_path):
    result = cli("run", source, "--protocol", "time")
    assert result.exit_code == 0, result.stderr
    assert "protocol time" in result.stdout
    undated = tmp_path / "undated.csv"
    undated.write_text("user,movie,rating\n1,11,4\n1,12,3\n2,11,5\n2,13,2\n3,12,1\n3,13,4\n")
    _one_line_error(cli("run", undated, "--protocol", "last", "--quiet"), "no dates", "'random'")


def test_run_when_finished_then_released_and_a_second_run_says_the_same(cli, source, tmp_path):
    first = cli("run", source)
    assert first.exit_code == 0, first.stderr
    release_id = re.search(r"Release (\S+) in ", first.stdout)[1]
    assert (tmp_path / "predictions" / "releases" / release_id / "manifest.json").is_file()
    assert (tmp_path / "figures" / release_id / "error-by-model.svg").is_file()
    again = cli("run", source)
    assert again.stdout == first.stdout
    assert release_id in cli("releases", "list").stdout
    assert cli("releases", "verify").exit_code == 0
    run = re.search(r"Run (\S+)", first.stdout)[1]
    assert release_id in cli("publish", run).stdout


def test_run_when_ratings_have_zeros_then_mape_is_left_undefined(cli, tmp_path):
    path = tmp_path / "zeros.csv"
    lines = [f"{u},{i},{r - 1}" for u, i, r, _ in random_rows(2, 30, 25, 0.5)]
    path.write_text("\n".join(["user,movie,rating", *lines]) + "\n")
    result = cli("evaluate", path, "--protocol", "random", "--json", "out.json", "--quiet")
    assert result.exit_code == 0, result.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert all(row["mape"] is None for row in report["models"])


def test_run_when_the_environment_is_wrong_then_one_line(cli, source, monkeypatch):
    monkeypatch.setenv("ICP_BUCKET", "a/b")
    _one_line_error(cli("run", source, "--quiet"), "ICP_BUCKET", "'a/b'")


def test_program_when_interrupted_then_says_how_to_go_on(cli, source, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("processing.data.ingest.load_dataset", interrupt)
    result = cli("ingest", source)
    assert result.exit_code == 1
    assert "The same command goes on from here." in result.stderr


def test_program_when_the_source_is_missing_then_no_traceback():
    found = subprocess.run(
        [sys.executable, "-m", "processing", "ingest", "no-such-file"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "no-such-file" in found.stderr


def test_ingest_when_a_table_is_written_elsewhere_then_options_read_it(cli, tmp_path):
    text = "ann;фильм;8,5;31/12/2019\nbob;фильм;0;01/01/2020\nbob;кино;NA;01/01/2020\n"
    (tmp_path / "r.txt").write_bytes(text.encode("cp1251"))
    said = ["--columns", "user,movie,rating,date", "--encoding", "cp1251"]
    said += ["--not-rated", "0,NA", "--date-format", "%d/%m/%Y", "--scale", "1:10:0.5"]
    result = cli("ingest", "r.txt", *said)
    assert result.exit_code == 0, result.stderr
    assert "ratings     1\n" in result.stdout
    assert "dates       2019-12-31 to 2019-12-31" in result.stdout
    assert "passes over 2 rows marked '0', 'NA'" in result.stderr

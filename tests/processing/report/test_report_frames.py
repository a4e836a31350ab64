"""The report's tables as DataFrames: the numbers that pages show, to compute with."""

import math
import re
from pathlib import Path

import pandas

from processing.report import models_table, report_sections
from processing.report.report_frames import report_frames
from processing.report.schema import report_to_json
from tests.report_example import RMSE, example_report

DOCS = Path(__file__).parents[3] / "docs" / "evaluation.md"


def test_frames_when_made_then_every_table_of_the_page_with_its_rows():
    report = example_report()
    frames = report_frames(report)
    tables = [table for section in report_sections(report, ()) for table in section.tables]
    assert list(frames) == ["errors", *(table.name for table in tables)]
    for table in (models_table(report.by_error), *tables):
        frame = frames[table.name]
        assert frame.index.name == table.head
        assert frame.index.tolist() == [row.label for row in table.rows]
        for column in table.columns:
            assert column.label in frame or f"{column.label}, low" in frame


def test_frames_when_read_then_numbers_and_intervals_in_two_columns():
    frames = report_frames(example_report())
    errors = frames["errors"]
    assert errors["RMSE"].tolist() == sorted(RMSE.values())
    assert errors.loc["SVD", "95 % interval, low"] == RMSE["svd"] - 0.011
    assert errors.loc["SVD", "95 % interval, high"] == RMSE["svd"] + 0.012
    assert math.isnan(errors.loc["Global mean", "Peak memory"])
    lists = frames["lists"]
    assert lists["Hit rate @10"].idxmax() == "The list as served"
    assert math.isnan(lists.loc["Most popular", "95 % interval, low"])
    assert lists.loc["SVD", "Users"] == 40
    assert frames["positions"].index.tolist() == ["Well known", "As listed", "Less known"]
    assert frames["asking"]["Movies asked about"].tolist() == [9.4, 8.1, 21.5, 18.25]
    newcomers = frames["given"]
    assert newcomers["RMSE, 95 % interval, low"].isna().tolist() == [False] * 7 + [True]
    assert newcomers["NDCG, 95 % interval, high"].isna().tolist() == [False] * 7 + [True]
    assert all(
        frame.dtypes.map(pandas.api.types.is_numeric_dtype).all()
        for frame in (errors, lists, newcomers)
    )


def test_docs_when_their_example_is_run_then_it_prints_what_they_say(tmp_path, monkeypatch, capsys):
    section = DOCS.read_text(encoding="utf-8").partition("## Tables to compute with")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    (tmp_path / "report.json").write_bytes(report_to_json(example_report()))
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "SVD 0.9381"

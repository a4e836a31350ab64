"""The benchmarks: they start, they share one beginning, and pages say what they measured."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from processing.data.ingest import load_dataset
from processing.data.ratings import build_ratings
from processing.data.rows import NO_DAY, RatingRows, Scale
from processing.profile import parse_profile
from processing.simulation.simulate import simulate
from tests.small_profile import DOCUMENT

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = (
    "accuracy",
    "against_implicit",
    "against_libmf",
    "against_myfm",
    "against_rankers",
    "against_surprise",
    "anelli",
    "first_page",
    "full_size",
    "ingest",
    "lighthouse",
    "slug_size",
    "tables",
    "website",
)
ABOUT = {
    "machine": {"cpu": "C", "cores": 2, "memory_gb": 24.6, "os": "O", "python": "3.11.7"},
    "date": "2026-01-02",
    "commit": "abc",
    "command": "python benchmarks/x.py",
}
SPLIT = {"source": "S", "simulated": True, "n_train": 1000, "n_test": 100}


@pytest.fixture
def import_benchmark(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return __import__


def _row(program, fit_seconds, memory_bytes, rmse, seed=0):
    return {
        "model": "svd",
        "label": "SVD",
        "program": program,
        "seed": seed,
        "settings": {"n_factors": 64, "n_epochs": 20},
        "load_seconds": 0.25,
        "fit_seconds": fit_seconds,
        "predict_seconds": 0.5,
        "memory_bytes": memory_bytes,
        "memory_with_loading_bytes": 2 * memory_bytes,
        "rmse": rmse,
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_when_asked_for_help_then_says_what_it_measures(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BENCHMARKS / f"{name}.py"), run_name="__main__")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "usage:" in said
    assert len(said.split("\n\n")[1]) > 20


def test_website_when_tried_small_then_every_page_answers_and_memory_is_read(
    import_benchmark, tmp_path
):
    website = import_benchmark("website")
    website.publish_invented(tmp_path, 300, 200, 9000)
    users = np.arange(1, 301)
    pages = website.pages_in_process(tmp_path, users)
    assert pages.keys() >= {"user page, first", "user page, again", "visitor's list"}
    assert all(each["gzip_kb"] < 100 for each in pages.values())
    assert website.start_seconds(tmp_path, 1) > 0
    workers = website.worker_memory(tmp_path, users)
    assert len(workers) == website.N_WORKERS
    assert all(worker["pss_mb"] <= worker["rss_mb"] for worker in workers)


def test_pages_when_compared_with_results_then_hold_what_is_made_of_them(import_benchmark):
    tables = import_benchmark("tables")
    assert tables.PAGES.keys() == {"README.md", "docs/benchmarks.md"}
    for name, make in tables.PAGES.items():
        page = (tables.ROOT / name).read_text(encoding="utf-8")
        assert tables.placed(page, make(tables.RESULTS)) == page


def test_pages_when_there_are_no_results_then_nothing_stands_there(import_benchmark, tmp_path):
    assert [make(tmp_path) for make in import_benchmark("tables").PAGES.values()] == ["", ""]


def test_headlines_when_a_result_has_peers_then_the_best_of_each_stands_beside(
    import_benchmark, tmp_path
):
    errors = {"ensemble": 0.8, "svd": 0.85, "surprise_svd": 0.9, "surprise_svdpp": 0.88}
    models = [{"model": name, "label": name, "rmse": rmse} for name, rmse in errors.items()]
    result = {"source": "S", "protocol": "random", "profile": "best", "models": models}
    (tmp_path / "accuracy-s.json").write_text(json.dumps(ABOUT | {"seeds": [{}]} | result))
    made = import_benchmark("_headlines").headlines(tmp_path)
    assert made.splitlines()[2] == (
        "| RMSE on S, a random tenth held out, profile `best` | **0.8000** "
        "| 0.8800 surprise_svdpp | 2026-01-02 |"
    )


def test_accuracy_table_when_made_then_best_first_with_the_gain_of_every_seed(
    import_benchmark, tmp_path
):
    models = [
        {"model": "svd", "label": "SVD", "rmse": 0.9, "mae": 0.7, "mape": 25.0, "fit_seconds": 2},
        {
            "model": "ensemble",
            "label": "E",
            "rmse": 0.8,
            "mae": 0.6,
            "mape": 24.0,
            "fit_seconds": 1,
        },
        {"model": "course", "label": "C", "rmse": 0.95, "mae": 0.8, "mape": 26.0, "fit_seconds": 0},
    ]
    compared = {"model": "svd", "difference": -0.1, "interval": [-0.12, -0.08]}
    blend = {"model": "blend", "difference": -0.3, "interval": [-0.4, -0.2]}
    result = ABOUT | {
        "source": "S 1",
        "protocol": "random",
        "profile": "best",
        "models": models,
        "seeds": [{"comparisons": [blend, compared]}] * 2,
    }
    peer = {"rmse": 0.85, "mae": 0.65, "mape": 24.5, "seconds": 9.5}
    about = {"myfm": "0.4.0", "rank": 8, "sweeps": 100, "seed": 0, "rows": [peer]}
    (tmp_path / "against_myfm-s-1-random.json").write_text(json.dumps(about))
    made = import_benchmark("_accuracy_table").accuracy(result, tmp_path)
    assert made.count("-0.1000 [-0.1200, -0.0800]") == 2
    assert [line.split(" | ")[0] for line in made.splitlines()[4:]] == [
        "| **E**",
        "| *myFM 0.4.0, ordered probit, rank 8, 100 sweeps (seed 0 alone)*",
        "| SVD",
        "| *C*",
    ]
    assert "| 0.8500 | 0.6500 | 24.5 % | 9.5 |" in made


def test_surprise_table_when_seeds_differ_then_rmse_is_mean_and_rest_of_first(import_benchmark):
    rows = [
        _row("surprise", 99.5, 2_000_000_000, 0.9),
        _row("exact", 4.5, 500_000_000, 0.9),
        _row("fast", 0.5, 100_000_000, 0.8),
        _row("exact", 50, 1, 0.7, seed=1),
        _row("fast", 50, 1, 0.6, seed=1),
    ]
    made = import_benchmark("_speed_tables").against_surprise(ABOUT | SPLIT | {"rows": rows})
    assert made.splitlines()[-1] == (
        "| SVD | 99.5 + 0.50 | 4.5 + 0.50 | 0.50 + 0.50 | 20× | 100× | 2.0 | 0.100 | 1/20 "
        "| 0.000000 | 0.8000 | 0.7000 |"
    )


def test_libmf_table_when_made_then_compares_loading_and_fit_with_svd(import_benchmark):
    rows = [_row("fast", 0.75, 10**9, 0.8), _row("libmf", 3.75, 3 * 10**9, 0.81)]
    result = ABOUT | SPLIT | {"libmf": "libmf==1", "rows": rows}
    lines = import_benchmark("_speed_tables").against_libmf(result).splitlines()
    assert lines[-2:] == [
        "| SVD | 0.25 | 0.75 | 1.0 | 1.0× | 2.0 | 0.8000 |",
        "| SVD | 0.25 | 3.8 | 4.0 | 4.0× | 6.0 | 0.8100 |",
    ]


def test_implicit_table_when_made_then_compares_an_epoch_with_ours(import_benchmark):
    times = import_benchmark("against_implicit").per_epoch({"ours": [4, 8, 9], "implicit": [12]}, 4)
    result = {"implicit": "1", "source": "S", "n_ratings": 9, "n_rounds": 3, "n_threads": 2}
    rows = [{"n_factors": 64, "epoch_seconds": times}]
    made = import_benchmark("_ranking_tables").against_implicit(
        result | {"n_epochs": 4, "rows": rows}
    )
    assert made.splitlines()[-1] == "| 64 | 2.0 | 3.0 | 1.5× |"


def _run(share, *stages):
    rows = [{"stage": s, "seconds": t, "peak_memory_bytes": m * 10**9} for s, t, m in stages]
    return {
        "share": share,
        "n_ratings": int(1000 * share),
        "seconds": sum(row["seconds"] for row in rows),
        "peak_memory_bytes": max(row["peak_memory_bytes"] for row in rows),
        "stages": rows,
    }


def test_full_size_when_a_stage_is_missing_then_its_cells_are_empty(import_benchmark):
    runs = [_run(0.1, ("ingest", 1, 2)), _run(1, ("ingest", 9, 3), ("fit", 2, 4))]
    result = ABOUT | {"profile": "fast", "n_movies": 5, "runs": runs}
    made = import_benchmark("_speed_tables").full_size(result).splitlines()
    assert "| **all** | **1.0** | **2.0** | **11.0** | **4.0** |" in made
    assert "| fit |  |  | 2.0 | 4.0 |" in made
    assert import_benchmark("_growth").draw(runs).startswith(b"<?xml")


CHAINS = {"kind": "bayes", "n_burn_in": 4, "n_samples": 24, "thin": 1, "most_visits": 16_000}


def _profile(**models):
    document = DOCUMENT | {"models": {"baseline": {"kind": "baseline"}, **models}}
    return parse_profile("long", document)


def test_projection_when_a_stage_grows_then_by_line_or_power_whichever_is_more(import_benchmark):
    projection = import_benchmark("_projection")
    runs = [
        _run(1, ("flat", 3, 1), ("line", 20, 1), ("power", 1, 1)) | {"n_users": 10},
        _run(10, ("flat", 2, 1), ("line", 110, 2), ("power", 100, 1)) | {"n_users": 100},
    ]
    sizes = projection.Sizes(1000, 50, 100_000)
    made = projection.project(runs, _profile(), sizes)
    seconds = {row["stage"]: row["seconds"] for row in made["stages"]}
    assert seconds == {"flat": 3, "line": 1010, "power": 10_000}
    assert made["seconds"] == 11_013
    assert made["peak_memory_bytes"] == 12 * 10**9
    assert made["left_out"] == []


def test_projection_when_chains_make_fewer_sweeps_then_each_sweep_grows(import_benchmark):
    projection = import_benchmark("_projection")
    long, short = CHAINS, CHAINS | {"most_ratings": 50_000}
    stages = ("stack/long", 16, 1), ("stack/short", 16, 1), ("without/short", 1, 1)
    later = ("stack/long", 80, 1), ("stack/short", 80, 1), ("without/short", 1, 1)
    runs = [_run(0.5, *stages) | {"n_users": 10}, _run(2.5, *later) | {"n_users": 50}]
    sizes = projection.Sizes(1000, 50, 100_000)
    made = projection.project(runs, _profile(long=long, short=short), sizes)
    (row,) = made["stages"]
    schedule = _profile(long=long).models[1].settings.schedule
    n_sweeps = [schedule(n).n_sweeps for n in (500, 2_500, 100_000)]
    assert row["stage"] == "stack/long"
    assert made["left_out"] == ["short"]
    each = 80 / n_sweeps[1] + (80 / n_sweeps[1] - 16 / n_sweeps[0]) * 97_500 / 2_000
    assert row["seconds"] >= round(n_sweeps[2] * each, 1)
    assert n_sweeps[2] < n_sweeps[1]


def test_our_chains_when_no_farther_than_myfm_then_how_much_faster_is_bold(
    import_benchmark, tmp_path
):
    peer = {"myfm": "9", "rank": 32, "sweeps": 512, "rows": [{"rmse": 0.8, "seconds": 600}]}
    (tmp_path / "against_myfm-some-set-random.json").write_text(json.dumps(ABOUT | peer))
    rows = [
        {"split": "random", "share": share, "sweeps": n, "rmse": rmse, "seconds": n / 2}
        for share, n, rmse in ((1.0, 80, 0.79), (0.5, 40, 0.8), (0.25, 20, 0.81))
    ]
    result = {"source": "Some set", "protocol": "random", "seed": 0, "rank": 32, "chains": 2}
    made = import_benchmark("_myfm_table").our_chains(result | {"rows": rows}, tmp_path)
    assert "| myFM 9, ordered probit, rank 32 | 512 | 600 | 1 | 0.8000 |" in made
    assert "| 80 each | 40.0 | **15.0** | 0.7900 |" in made
    assert "| 40 each | 20.0 | **30.0** | 0.8000 |" in made
    assert "| 20 each | 10.0 | 60.0 | 0.8100 |" in made


def test_full_size_when_extrapolated_then_the_table_says_so(import_benchmark):
    runs = [_run(0.01, ("ingest", 1, 2)), _run(0.1, ("ingest", 9, 3))]
    guess = {key: value for key, value in _run(1, ("ingest", 90, 13)).items() if key != "share"}
    result = ABOUT | {"profile": "best", "n_movies": 5, "runs": runs}
    result |= {"extrapolated": guess | {"left_out": ["ials"], "seconds": 7200}}
    made = import_benchmark("_speed_tables").full_size(result)
    assert "1,000 ratings, *extrapolated*: s" in made
    assert "was not measured: 2.0 hours and 13.0 GB" in made
    assert "left out of so many: ials." in made
    assert "full_size-best.svg" in made
    assert ".svg" not in import_benchmark("_speed_tables").full_size(result | {"runs": runs[:1]})


def test_columns_when_split_then_every_rating_is_in_one_part(import_benchmark, tmp_path):
    columns = import_benchmark("_columns")
    simulate(tmp_path / "set", n_users=60, n_movies=30, n_ratings=700)
    dataset = load_dataset(tmp_path / "set", tmp_path / "cache")
    said = columns.write_columns(dataset, 0.2, 0, "by movie", tmp_path / "columns")
    found = columns.read_columns(tmp_path / "columns")
    assert said["n_train"] + said["n_test"] + said["n_left_out"] == 700
    assert (np.diff(found.train.movies) >= 0).all()
    for part in (found.train, found.test):
        places = dataset.ratings.locate(part.users, part.movies)
        np.testing.assert_array_equal(dataset.ratings.by_user.values[places], part.values)
    assert np.isin(found.test.users, found.train.users).all()


@pytest.mark.parametrize("kind", ["svd", "knn_baseline"])
def test_one_fit_when_done_by_surprise_and_by_us_then_predicts_the_same(
    import_benchmark, tmp_path, kind
):
    simulate(tmp_path / "set", n_users=60, n_movies=30, n_ratings=700)
    dataset = load_dataset(tmp_path / "set", tmp_path / "cache")
    columns, one_fit = (import_benchmark(name) for name in ("_columns", "_one_fit"))
    columns.write_columns(dataset, 0.2, 0, "by user", tmp_path / "columns")
    read = columns.read_columns(tmp_path / "columns")
    task = {"kind": kind, "settings": {}, "seed": 0}
    by_program = [
        one_fit._scores(
            one_fit.PROGRAMS[program](read, read.train, task | {"program": program})()()
        )
        for program in ("surprise", "exact")
    ]
    np.testing.assert_allclose(*by_program, rtol=1e-5)


def test_ranking_tables_when_made_then_best_first_and_the_list_stands_out(
    import_benchmark, tmp_path
):
    measures = {"hit_rate_10": 0.5, "recall_50": 0.4, "coverage": 0.25}
    rows = [
        {"model": "irspack_ease", "label": "irspack, EASE", "ndcg_10": 0.2, "ours": False},
        {"model": "list", "label": "List", "ndcg_10": 0.3, "ours": True},
        {"model": "popular", "label": "Most popular", "ndcg_10": 0.1, "ours": True},
    ]
    for row in (rows[0], rows[2]):
        row |= {"fit_seconds": 1.5, "memory_bytes": 2 * 10**9}
    about = {"source": "S", "protocol": "random", "profile": "fast", "trials": 3}
    about |= {"budget_seconds": 40, "n_users": 1000, "versions": {"irspack": "0.5.2"}}
    result = ABOUT | about | {"rows": [row | measures for row in rows]}
    tables = import_benchmark("_ranking_tables")
    assert tables.against_rankers(result).splitlines()[-3:] == [
        "| **List** | 0.3000 | 0.500 | 0.400 | 0.250 |  |  |",
        "| *irspack, EASE* | 0.2000 | 0.500 | 0.400 | 0.250 | 1.5 | 2.0 |",
        "| Most popular | 0.1000 | 0.500 | 0.400 | 0.250 | 1.5 | 2.0 |",
    ]
    (tmp_path / "against_rankers-s-random.json").write_text(json.dumps(result))
    lines = [{"label": "EASE, λ 500", "ndcg_10": 0.34}, {"label": "ours", "ndcg_10": 0.35}]
    (tmp_path / "anelli.json").write_text(json.dumps(ABOUT | {"rows": lines}))
    assert import_benchmark("_headlines").headlines(tmp_path).splitlines()[2:4] == [
        "| NDCG@10 of lists on S, a random tenth held out | **0.3000** "
        "| 0.2000 irspack, EASE; 0.1000 Most popular | 2026-01-02 |",
        "| NDCG@10 on Anelli et al.'s split of MovieLens 1M, settled after a first run was seen "
        "| **0.3500** "
        "| 0.3400 EASE, λ 500; 0.336 EASE, their best, published | 2026-01-02 |",
    ]


def test_solving_when_timed_small_then_ours_is_compared_with_every_inversion(import_benchmark):
    found = import_benchmark("against_rankers").time_solving(60, 0)
    assert found["seconds"].keys() - {"ease"} == found["ease_by"].keys()
    assert found["n_movies"] == 60


def test_settings_when_drawn_twice_then_are_the_same_and_within_their_ranges(import_benchmark):
    rankers = import_benchmark("against_rankers")
    for _, ranges in rankers.PEERS.values():
        drawn = rankers.draw(ranges, 5, 0)
        assert drawn == rankers.draw(ranges, 5, 0)
        assert all(each["input"] in rankers.INPUTS for each in drawn)
        for name, (kind, *ends) in ranges.items():
            if kind in ("log", "even", "whole"):
                assert all(ends[0] <= each[name] <= ends[1] for each in drawn)


def _liked_groups():
    """Two groups of people who like each other's movies, and a like of each held out."""
    rng = np.random.default_rng(0)
    pairs = [
        (user, movie) for user in range(60) for movie in rng.permutation(24)[:12] + 24 * (user % 2)
    ]
    return np.array(pairs, np.int64)


def _rows_of(pairs, values):
    return RatingRows(
        user_ids=pairs[:, 0].copy(),
        movie_ids=pairs[:, 1].copy(),
        values=np.asarray(values, np.float32),
        days=np.full(len(pairs), NO_DAY, np.int32),
    )


def test_anelli_when_likes_go_by_groups_then_ranker_learns_from_likes_alone(import_benchmark):
    anelli = import_benchmark("anelli")
    pairs = _liked_groups()
    held = pairs[::6]
    learning, test = anelli.hold_out(_rows_of(pairs, np.full(len(pairs), 5)), held)
    assert learning.known.n_ratings == len(pairs) - len(held)
    assert len(test) == len(held)
    assert set(learning.known.by_user.values) == {1.0}
    settings = (anelli._ease(5.0, 0.3, learning.known), anelli.ImplicitALSSettings(n_factors=4))
    top = anelli.ranked(learning, settings, 0)
    listed = top[top >= 0]
    assert anelli.ndcg(top, test, learning.known.n_movies) > 0.3
    assert not np.isin(
        (np.arange(60)[:, None] * learning.known.n_movies + top)[top >= 0],
        anelli.pairs_of(learning.known, learning.likes),
    ).any()
    assert len(listed) > 0
    more = anelli.with_lower(learning, _rows_of(np.array([[0, 1], [1, 0]]), [1, 2]))
    assert more.known.n_ratings == learning.known.n_ratings + 2
    assert more.likes.sum() == learning.known.n_ratings


def test_anelli_when_the_likes_are_not_those_of_the_paper_then_it_says_so(import_benchmark):
    anelli = import_benchmark("anelli")
    pairs = _liked_groups()
    ratings, _ = build_ratings(
        _rows_of(pairs, np.full(len(pairs), 4)), np.arange(48), Scale(low=1, high=5, step=1)
    )
    likes, lower = anelli.divide(ratings, None)
    assert len(lower.values) == 0
    assert len(likes.values) <= len(pairs)
    with pytest.raises(SystemExit, match="expected 571,531 rows"):
        anelli.divide(ratings, anelli.CORE)


@pytest.mark.parametrize("program", ["ease", "ials"])
def test_one_ranker_when_ours_is_fitted_then_scores_are_those_of_the_model(
    import_benchmark, tmp_path, program
):
    simulate(tmp_path / "set", n_users=60, n_movies=30, n_ratings=700)
    ratings = load_dataset(tmp_path / "set", tmp_path / "cache").ratings
    one = import_benchmark("_one_ranker")
    one.write_ratings(tmp_path / "part", ratings, np.arange(3))
    read, wanted = one.read_ratings(tmp_path / "part")
    np.testing.assert_array_equal(read.by_user.indices, ratings.by_user.indices)
    np.testing.assert_array_equal(wanted, np.arange(3))
    task = {"folder": str(tmp_path / "part"), "program": program, "settings": {}, "seed": 0}
    assert one.work(task)["fit_seconds"] > 0
    model = one.fitted(ratings, program, {}, 0)
    np.testing.assert_allclose(
        np.load(tmp_path / "part" / "scores.npy"), model.scores(ratings.by_user), rtol=1e-4
    )


def test_command_when_paths_are_given_then_only_their_names_are_kept(import_benchmark, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/a/b/run.py", "/data/ml-1m.zip", "--seeds", "3"])
    said = import_benchmark("_common").about()
    assert said["command"] == "python benchmarks/run.py ml-1m.zip --seeds 3"
    assert said.keys() == {"machine", "date", "commit", "command"}


def test_first_page_when_told_then_a_row_for_each_stage_and_the_sum(import_benchmark):
    first = [{"stage": "Start", "seconds": 2.0}, {"stage": "Serving.", "seconds": 1.5}]
    result = {"first": first, "again": first[1:]}

    shown = import_benchmark("_speed_tables").first_page(result)

    assert "| **from a bare clone** | **3.5** |\n| Start | 2.0 |\n| Serving. | 1.5 |" in shown
    assert "| **again** | **1.5** |" in shown


def test_members_when_a_choice_is_of_one_member_then_its_fit_is_told(import_benchmark):
    def row(label, rmse):
        return {"label": label, "rmse": rmse}

    result = {
        "source": "Some set",
        "protocol": "last",
        "profile": "fast",
        "n_ratings": 1000,
        "n_rows": 90,
        "own": row("Profile fast", 0.8),
        "fits": [{"label": "SVD", "seconds": 3.0}, {"label": "ALS", "seconds": 2.0}],
        "without": [row("without ALS", 0.81)],
        "with": [row("with SVD", 0.79), row("with all of these, without ALS", 0.8)],
    }
    made = import_benchmark("_members_table").members(result)
    assert "| without ALS | 0.81000 | +0.01000 | 2.0 |" in made
    assert "| with SVD | 0.79000 | -0.01000 | 3.0 |" in made
    assert "| with all of these, without ALS | 0.80000 | +0.00000 |  |" in made

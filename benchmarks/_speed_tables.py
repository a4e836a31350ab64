"""The tables of the benchmarks that measure seconds and memory."""

from typing import Any

from _markdown import seconds, table

INTRODUCTION = """## How fast, and in how much memory

Memory is what a process holds beyond the ratings as plain arrays, unless it says otherwise."""


def against_surprise(result: dict[str, Any]) -> str:
    """A row per model: fit + predict, memory and RMSE of Surprise, exact and fast."""
    rows = []
    for model in dict.fromkeys(row["model"] for row in result["rows"]):
        each = [row for row in result["rows"] if row["model"] == model]
        first = {row["program"]: row for row in each if row["seed"] == 0}
        surprise, exact, fast = (first[program] for program in ("surprise", "exact", "fast"))
        rows.append(
            [
                surprise["label"],
                *(_both(row) for row in (surprise, exact, fast)),
                *(times(total(surprise) / total(row)) for row in (exact, fast)),
                gb(surprise["memory_bytes"]),
                gb(fast["memory_bytes"]),
                f"1/{surprise['memory_bytes'] / fast['memory_bytes']:.0f}",
                f"{abs(surprise['rmse'] - exact['rmse']):.6f}",
                *(_mean_rmse(each, program) for program in ("exact", "fast")),
            ]
        )
    seeds = len({row["seed"] for row in result["rows"]})
    head = ["fit + predict", "Surprise", "exact", "fast", "exact", "fast"]
    head += ["GB Surprise", "fast", "of it", "RMSE: Surprise - exact", "exact", "fast"]
    of = f"the mean of {seeds} splits, the rest is of the first" if seeds > 1 else "of one split"
    words = (
        f"**Surprise and our engines on {result['source']}**, {result['n_train']:,} ratings, "
        f"{result['n_test']:,} held out at random. Seconds to fit + seconds to predict, and how "
        f"many times Surprise's speed that is; RMSE is {of}. `exact` is Surprise's arithmetic "
        "in its order, `fast` is the default. Surprise uses one core, our engines all."
    )
    return f"{words}\n\n{table(head, rows)}"


def against_libmf(result: dict[str, Any]) -> str:
    """A row per program: loading, fit, total, RMSE, memory."""
    sgd = next(row["settings"] for row in result["rows"] if row["program"] == "fast")
    svd = total(result["rows"][0], "load_seconds")
    rows = [
        [
            row["label"],
            seconds(row["load_seconds"]),
            seconds(row["fit_seconds"]),
            seconds(whole := total(row, "load_seconds")),
            times(whole / svd),
            gb(row["memory_with_loading_bytes"]),
            f"{row['rmse']:.4f}",
        ]
        for row in result["rows"]
    ]
    words = (
        f"**LIBMF ({result['libmf']}) and our fast engine on {result['n_train']:,} "
        f"{'simulated ' if result['simulated'] else ''}ratings**, {sgd['n_factors']} factors, "
        f"{sgd['n_epochs']} epochs, both cores. Loading is from columns in memory to each "
        f"program's own structures. RMSE on {result['n_test']:,} held-out ratings; SVD has "
        "biases, LIBMF's model has none."
    )
    head = ["", "load s", "fit s", "all s", "times SVD's", "GB", "RMSE"]
    return f"{words}\n\n{table(head, rows)}"


def full_size(result: dict[str, Any]) -> str:
    """A row per stage, a column of seconds and one of memory per share; extrapolated ones last."""
    runs = [*result["runs"], *filter(None, [result.get("extrapolated")])]
    names = list(dict.fromkeys(s["stage"] for run in runs for s in run["stages"]))
    by_name = [{stage["stage"]: stage for stage in run["stages"]} for run in runs]
    rows = [["**all**", *(cell for run in runs for cell in _cells(run, "**"))]]
    rows += [[n, *(c for stages in by_name for c in _cells(stages.get(n)))] for n in names]
    head = ["stage"]
    for run in runs:
        how = "" if "share" in run else ", *extrapolated*"
        head += [f"{run['n_ratings']:,} ratings{how}: s", "GB"]
    words = (
        f"**A whole run, text to published release**, profile `{result['profile']}`, simulated "
        f"ratings of {result['n_movies']:,} movies in Netflix form. Memory is the whole "
        "process's, files that it maps included."
    )
    name = "full_size" if result["profile"] == "fast" else f"full_size-{result['profile']}"
    if guess := result.get("extrapolated"):
        words += (
            f" What is *extrapolated* was not measured: {guess['seconds'] / 3600:.1f} hours and "
            f"{gb(guess['peak_memory_bytes'])} GB are what the growth of each stage leads to, by "
            "the sweeps that a fit by Gibbs sampling makes of so many ratings, without what is "
            f"left out of so many: {', '.join(guess['left_out']) or 'nothing'}."
        )
    made = f"{words}\n\n{table(head, rows)}"
    if len(result["runs"]) == 1:
        return made
    plot = f"![How seconds and memory grow with the ratings](../benchmarks/results/{name}.svg)"
    return f"{made}\n\n{plot}"


def website(result: dict[str, Any]) -> str:
    """A row per page: median, 99th percentile and what is sent."""
    rows = [
        [
            name,
            *(f"{page[key]:,.2f}" for key in ("median_ms", "p99_ms")),
            f"{page['gzip_kb']:.1f}",
        ]
        for name, page in result["pages"].items()
    ]
    starts, workers = result["start_seconds"], result["worker_memory"]
    rates = "; ".join(
        f"{name}: {rate['site_per_second']:,} beside {rate['bare_per_second']:,}"
        for name, rate in result["throughput"].items()
    )
    words = (
        f"**The site on a release of {result['n_users']:,} users and {result['n_movies']:,} "
        f"movies**, invented ratings. It starts in {sum(starts) / len(starts):.1f} s, and each of "
        f"{len(workers)} workers holds {max(each['rss_mb'] for each in workers):.0f} MB. Pages a "
        f"second beside a bare Flask route that sends the same bytes: {rates}."
    )
    head = ["", "median ms", "99th percentile ms", "KB, compressed"]
    return f"{words}\n\n{table(head, rows)}"


def first_page(result: dict[str, Any]) -> str:
    """A row per stage of `script/run` on a bare clone, and of the run after it."""
    rows = []
    for label, stages in (("from a bare clone", result["first"]), ("again", result["again"])):
        whole = sum(stage["seconds"] for stage in stages)
        rows.append([f"**{label}**", f"**{seconds(whole)}**"])
        rows += [[stage["stage"], seconds(stage["seconds"])] for stage in stages]
    words = (
        "**The first page**: `script/run` until it answers, by what it says; kernels are compiled "
        "while the rest is installed."
    )
    return f"{words}\n\n{table(['script/run', 's'], rows)}"


def slug_size(result: dict[str, Any]) -> str:
    """What Heroku stores, and what it unpacks."""
    return (
        f"**The installed requirements** are {result['compressed_mb']:.0f} MB compressed, "
        f"{result['installed_mb']:.0f} MB unpacked; Heroku's limit is 500 MB compressed."
    )


def _cells(measured: dict[str, Any] | None, strong: str = "") -> list[str]:
    if measured is None:
        return ["", ""]
    cells = [seconds(measured["seconds"]), gb(measured["peak_memory_bytes"])]
    return [f"{strong}{cell}{strong}" for cell in cells]


def _both(row: dict[str, Any]) -> str:
    return f"{seconds(row['fit_seconds'])} + {seconds(row['predict_seconds'])}"


def total(row: dict[str, Any], *more: str) -> float:
    """Seconds of fit, and of predict unless others are named."""
    return float(sum(row[name] for name in ("fit_seconds", *(more or ("predict_seconds",)))))


def _mean_rmse(rows: list[dict[str, Any]], program: str) -> str:
    found = [row["rmse"] for row in rows if row["program"] == program]
    return f"{sum(found) / len(found):.4f}"


def times(ratio: float) -> str:
    """How many times, with as many digits as mean something."""
    return f"{ratio:,.{0 if ratio >= 10 else 1}f}×"


def gb(n_bytes: float) -> str:
    """Gigabytes, with as many digits as mean something."""
    return f"{n_bytes / 1e9:.1f}" if n_bytes >= 1e9 else f"{n_bytes / 1e9:.3f}"

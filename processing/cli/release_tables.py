"""Releases as aligned text for the terminal."""

from collections.abc import Sequence

from processing.release import Manifest, ReleaseSummary

_COLUMNS = ("", "release", "created (UTC)", "source", "ratings", "profile", "RMSE", "size")
_RIGHT = ("ratings", "RMSE", "size")


def release_table(summaries: Sequence[ReleaseSummary]) -> str:
    """One line per release; an asterisk marks the active one."""
    if not summaries:
        return "No release is published. Make one with `python -m processing run SOURCE`."
    rows = [_COLUMNS, *(_row(summary) for summary in summaries)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    return "\n".join(_line(row, widths) for row in rows)


def manifest_table(manifest: Manifest) -> str:
    """What a manifest says: one line per fact, then the models' metrics."""
    source = manifest.source
    facts = {
        "release": manifest.release_id,
        "created (UTC)": manifest.created_utc,
        "source": source.name + (" (simulated)" if source.simulated else ""),
        "source sha256": source.sha256,
        "ratings": f"{source.n_ratings:,}",
        "users, movies": f"{source.n_users:,}, {source.n_movies:,}",
        "profile": f"{manifest.profile}, protocol {manifest.protocol}, seed {manifest.seed}",
        "commit": manifest.commit,
        "versions": ", ".join(f"{name} {each}" for name, each in manifest.versions.items()),
        "top": f"{manifest.top_n} movies per user, {manifest.n_reasons} reasons each",
        "files": f"{len(manifest.files)}, {readable_size(manifest.size_bytes)}",
        "figures": ", ".join(manifest.figures) or "none",
    }
    facts |= {f"left out: {each.model}": each.reason for each in manifest.left_out}
    width = max(len(name) for name in facts)
    lines = [f"{name:<{width}}  {value}" for name, value in facts.items()]
    return "\n".join([*lines, "", *_metric_lines(manifest.metrics)])


def readable_size(size_bytes: int) -> str:
    """A size in the unit that suits it.

    >>> readable_size(2_465_000)
    '2.5 MB'
    """
    size, units = float(size_bytes), ["bytes", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{size:.0f} bytes" if units[0] == "bytes" else f"{size:.1f} {units[0]}"


def _row(summary: ReleaseSummary) -> tuple[str, ...]:
    mark = "*" if summary.active else ""
    manifest = summary.manifest
    if manifest is None:
        return (mark, summary.release_id, summary.problem, *[""] * 5)
    rmse = manifest.metrics.get("ensemble", {}).get("rmse")
    return (
        mark,
        summary.release_id,
        manifest.created_utc.replace("T", " ").removesuffix("Z"),
        manifest.source.name,
        f"{manifest.source.n_ratings:,}",
        manifest.profile,
        "" if rmse is None else f"{rmse:.4f}",
        readable_size(manifest.size_bytes),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if name in _RIGHT else text.ljust(width)
        for text, width, name in zip(row, widths, _COLUMNS, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _metric_lines(metrics: dict[str, dict[str, float]]) -> list[str]:
    """The models' metrics, best RMSE first."""
    width = max([len("model"), *map(len, metrics)])
    lines = [f"{'model':<{width}}  {'RMSE':>7}  {'MAE':>7}  {'MAPE':>7}"]
    for name, each in sorted(metrics.items(), key=lambda item: item[1].get("rmse", float("inf"))):
        values = [f"{each[key]:7.4f}" if key in each else " " * 7 for key in ("rmse", "mae")]
        mape = f"{each['mape']:7.2f}" if "mape" in each else ""
        lines.append(f"{name:<{width}}  {values[0]}  {values[1]}  {mape}".rstrip())
    return lines

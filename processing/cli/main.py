"""The command line: a verb per stage, and `run` for all."""

from pathlib import Path
from typing import Any

import click

import config
from processing import __version__
from processing.cli.options import quiet_option, read_options, source_options
from processing.cli.releases import publish_command, releases
from processing.errors import ProcessingError

PROFILES = config.PROFILES
DEFAULT_PROFILE = "fast"
RUNS = Path("runs")
PROTOCOLS = ("time", "probe", "last", "random", "folds")


class Verbs(click.Group):
    """A group whose expected errors are one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ProcessingError, config.SettingsError) as error:
            click.echo(f"Error: {error}", err=True)
        except ModuleNotFoundError as error:
            click.echo(
                f"Error: this command needs {error.name}, which is not installed. Install the "
                "package with its extra 'train' (pip install '.[train]'), or requirements.txt and "
                "requirements-export.txt.",
                err=True,
            )
        except BrokenPipeError:
            raise  # whoever read our output has gone; click ends quietly
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"Error: {where}{error.strerror or error}.", err=True)
        except KeyboardInterrupt:
            click.echo("Stopped. The same command goes on from here.", err=True)
        ctx.exit(1)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=__version__, prog_name="movie-recommendations")
def main() -> None:
    """Train on ratings, measure, and publish recommendations.

    Example: python -m processing run ml-100k.zip
    """


profile_option = click.option(
    "--profile",
    default=DEFAULT_PROFILE,
    show_default=True,
    type=click.Choice(sorted(path.stem for path in PROFILES.glob("*.toml"))),
    help="Models and settings.",
)
runs_option = click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=RUNS,
    show_default=True,
    help="Folder of runs and of what was read from sources.",
)


@main.command(epilog="Example: python -m processing download ml-1m --to data")
@click.argument("name")
@click.option("--to", "directory", type=click.Path(path_type=Path), default=Path("data"))
@click.option("--url", help="Fetch from here instead, such as a mirror.")
@quiet_option
def download(name: str, directory: Path, url: str | None) -> None:
    """Get a public data set by NAME, resuming where an earlier try stopped."""
    from processing.data.download import download as fetch
    from processing.data.public import find_dataset

    click.echo(fetch(find_dataset(name), directory, url))


@main.command(epilog="Example: python -m processing simulate data/simulated --seed 1")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--users", type=click.IntRange(min=1), help="Default: 1,000.")
@click.option("--movies", type=click.IntRange(min=1), help="Default: 400.")
@click.option("--ratings", type=click.IntRange(min=1), help="Default: 40,000.")
@click.option("--netflix-size", is_flag=True, help="100,480,507 × 480,189 × 17,770.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@quiet_option
def simulate(
    directory: Path,
    users: int | None,
    movies: int | None,
    ratings: int | None,
    netflix_size: bool,
    seed: int,
) -> None:
    """Write a simulated set in Netflix form into DIRECTORY, with its noise floor beside it."""
    from processing.simulation import simulate as simulator

    if netflix_size and (users or movies or ratings):
        raise click.UsageError("--netflix-size says all counts; leave the others out.")
    if netflix_size:
        users, movies = simulator.NETFLIX_USERS, simulator.NETFLIX_MOVIES
        ratings = simulator.NETFLIX_RATINGS
    simulated = simulator.simulate(
        directory,
        n_users=users or simulator.N_USERS,
        n_movies=movies or simulator.N_MOVIES,
        n_ratings=ratings or simulator.N_RATINGS,
        seed=seed,
    )
    click.echo(
        f"{simulated.directory}: {simulated.n_ratings:,} ratings of {simulated.n_movies:,} movies "
        f"by {simulated.n_users:,} users; no model can beat an RMSE of {simulated.noise_floor:.4f}."
    )


@main.command(epilog="Example: python -m processing ingest ml-100k.zip")
@source_options
@runs_option
@quiet_option
def ingest(source: Path, runs: Path, **options: Any) -> None:
    """Read and check SOURCE, say its counts and scale, and keep it for the later stages."""
    from processing.data.describe import describe
    from processing.data.ingest import load_dataset

    click.echo(describe(load_dataset(source, runs / "cache", read_options(**options))))


@main.command(epilog="Example: python -m processing explore ml-100k.zip --out explored")
@source_options
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("explored"))
@runs_option
@quiet_option
def explore(source: Path, out: Path, runs: Path, **options: Any) -> None:
    """Draw figures about the data of SOURCE, each with its numbers as CSV."""
    from processing.data.ingest import load_dataset
    from processing.exploration.explore import explore as draw

    dataset = load_dataset(source, runs / "cache", read_options(**options))
    for path in draw(dataset, out):
        click.echo(path)


@main.command(epilog="Example: python -m processing evaluate ml-100k.zip --protocol folds")
@source_options
@click.option(
    "--protocol",
    required=True,
    type=click.Choice(PROTOCOLS),
    help="docs/evaluation.md defines them.",
)
@profile_option
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), help="Default: the profile's.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--html",
    "html_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A page with tables and figures, all in one file.",
)
@runs_option
@quiet_option
def evaluate(
    source: Path,
    protocol: str,
    profile: str,
    seed: int | None,
    json_file: Path | None,
    html_file: Path | None,
    runs: Path,
    **options: Any,
) -> None:
    """Say how well the ratings of SOURCE are predicted: RMSE, MAE and MAPE per model."""
    from processing import pipeline
    from processing.data.ingest import load_dataset
    from processing.profile import load_profile
    from processing.report.html import report_html
    from processing.report.schema import report_to_json
    from processing.report.text import as_table

    for option, file in (("--json", json_file), ("--html", html_file)):
        if file and not file.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {file.parent}.", param_hint=option)
    loaded = load_profile(PROFILES, profile)
    dataset = load_dataset(source, runs / "cache", read_options(**options))
    seed = loaded.seed if seed is None else seed
    report = pipeline.evaluate(dataset, loaded, protocol, seed, runs)
    if json_file:
        json_file.write_bytes(report_to_json(report))
    if html_file:
        html_file.write_text(report_html(report), encoding="utf-8")
    click.echo(as_table(report))


@main.command(epilog="Example: python -m processing run ml-100k.zip")
@source_options
@click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    help="How it is measured. Default: the profile's, or 'random' where that cannot be had.",
)
@profile_option
@runs_option
@quiet_option
def run(source: Path, protocol: str | None, profile: str, runs: Path, **options: Any) -> None:
    """Do everything: read SOURCE, measure, train, recommend, publish. Resumes where it stopped."""
    from processing import pipeline
    from processing.data.ingest import load_dataset
    from processing.profile import load_profile
    from processing.release.stores import open_figure_storage, open_release_storage
    from processing.release.writer import publish
    from processing.report.text import as_table

    settings = config.load_settings()
    loaded = load_profile(PROFILES, profile)
    dataset = load_dataset(source, runs / "cache", read_options(**options))
    directory, report = pipeline.run(dataset, loaded, runs, protocol)
    storage = open_release_storage(settings)
    manifest = publish(directory / "release", storage, open_figure_storage(settings))
    click.echo(f"Run {directory}\nRelease {manifest.release_id} in {storage.describe()}\n")
    click.echo(as_table(report))


main.add_command(publish_command)
main.add_command(releases)

"""Commands about releases: publish one, and look after those that are published."""

from datetime import UTC, datetime
from pathlib import Path

import click

from config import load_settings
from processing.cli.options import quiet_option


@click.command(
    "publish",
    epilog="Example: python -m processing publish runs/run-mine-fast-last-29a864cc",
)
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@quiet_option
def publish_command(run: Path) -> None:
    """Publish the release that lies in the run directory RUN, and make it the active one."""
    from processing import release

    settings = load_settings()
    storage = release.open_release_storage(settings)
    manifest = release.publish(run / "release", storage, release.open_figure_storage(settings))
    click.echo(f"Published release {manifest.release_id} to {storage.describe()}; it is active.")


@click.group(epilog="Example: python -m processing releases list")
def releases() -> None:
    """Look after published releases."""


@releases.command("list", epilog="Example: python -m processing releases list")
@quiet_option
def list_() -> None:
    """List the releases, newest first. An asterisk marks the active one."""
    from processing import release
    from processing.cli.release_tables import release_table

    summaries = release.list_releases(release.open_release_storage(load_settings()))
    click.echo(release_table(summaries[::-1]))


@releases.command(epilog="Example: python -m processing releases show")
@click.argument("release_id", metavar="[ID]", required=False)
@quiet_option
def show(release_id: str | None) -> None:
    """Show a manifest, by default that of the active release."""
    from processing import release
    from processing.cli.release_tables import manifest_table

    storage = release.open_release_storage(load_settings())
    manifest = release.load_manifest(storage, release_id or release.active_id(storage))
    click.echo(manifest_table(manifest))


@releases.command(epilog="Example: python -m processing releases verify")
@click.argument("release_id", metavar="[ID]", required=False)
@quiet_option
def verify(release_id: str | None) -> None:
    """Check every byte of a release, by default the active one."""
    from processing import release
    from processing.errors import ReleaseFormatError

    settings = load_settings()
    storage = release.open_release_storage(settings)
    release_id = release_id or release.active_id(storage)
    problems = release.verify_release(storage, release.open_figure_storage(settings), release_id)
    for problem in problems:
        click.echo(problem)
    if problems:
        raise ReleaseFormatError(f"Release {release_id} has {len(problems)} problem(s), see above.")
    click.echo(f"Release {release_id} is whole.")


@releases.command(
    epilog="Example: python -m processing releases activate 20061002T083000Z-5f3a9c21"
)
@click.argument("release_id", metavar="ID")
@quiet_option
def activate(release_id: str) -> None:
    """Make ID the active release, which the site shows."""
    from processing import release

    release.activate(release.open_release_storage(load_settings()), release_id)
    click.echo(f"Release {release_id} is active.")


@releases.command(epilog="Example: python -m processing releases rollback")
@quiet_option
def rollback() -> None:
    """Go back to the release that was active before."""
    from processing import release

    manifest = release.rollback(release.open_release_storage(load_settings()))
    click.echo(f"Release {manifest.release_id} is active.")


@releases.command(epilog="Example: python -m processing releases prune --keep 3 --dry-run")
@click.option(
    "--keep", type=click.IntRange(min=1), required=True, help="How many newest ones stay."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@quiet_option
def prune(keep: int, dry_run: bool) -> None:
    """Delete all but the newest releases. The active one always stays."""
    from processing import release

    settings = load_settings()
    stores = release.open_release_storage(settings), release.open_figure_storage(settings)
    gone = release.prune(*stores, keep=keep, now=datetime.now(UTC), dry_run=dry_run)
    for release_id in gone:
        click.echo(f"{'Would delete' if dry_run else 'Deleted'} {release_id}.")
    if not gone:
        click.echo("Nothing to delete.")


@releases.command(epilog="Example: python -m processing releases export --to tables")
@click.argument("release_id", metavar="[ID]", required=False)
@click.option(
    "--to",
    "directory",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the tables; it is made when missing.",
)
@quiet_option
def export(release_id: str | None, directory: Path) -> None:
    """Write tables (Parquet and CSV), by default of the active release."""
    from processing import release

    try:
        from processing.release.export import export
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is not installed; tables are written with it. Install it with "
            "`pip install -r requirements.txt -r requirements-export.txt`."
        ) from error
    storage = release.open_release_storage(load_settings())
    for path in export(release.open_release(storage, release_id), directory):
        click.echo(path)

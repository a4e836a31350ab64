"""The one door to rating data: finds out what a path holds, and reads it."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from processing.data.readers.columns import decoded_head, example_columns
from processing.data.readers.containers import (
    Container,
    Files,
    Folder,
    Member,
    open_container,
    printable,
)
from processing.data.readers.movielens import MovieLens100K, MovieLensCsv, MovieLensDat
from processing.data.readers.netflix import Kaggle, OriginalArchive
from processing.data.readers.reading import (
    BadLines,
    Form,
    Likeness,
    Place,
    Reader,
    Reading,
    ReadOptions,
    SingleFile,
)
from processing.data.readers.table import OwnTable
from processing.data.rows import SourceData
from processing.errors import SourceError
from processing.tools.progress import counting

logger = logging.getLogger(__name__)

__all__ = ["FoundSource", "ReadOptions", "open_source"]

# Another format is a file of its own and one more reader here. Where two readers are equally sure
# of a file, the first takes it.
READERS: tuple[Reader, ...] = (
    Kaggle(),
    OriginalArchive(),
    MovieLens100K(),
    MovieLensDat(),
    MovieLensCsv(),
    OwnTable(),
)

SIMULATION = "simulation.json"
SIMULATED_NAME = "Simulated ratings"
ACCEPTED = (
    f"Expected {', '.join(reader.accepts for reader in READERS[:-1])}, or {READERS[-1].accepts}; "
    "as a folder, a file, a zip or a tar.gz, or compressed by gzip, bzip2, xz or zstd."
)

TABLE = "csv"  # the slug of a table of one's own, whatever kind of file it is
_ENDINGS = tuple(f".{ending}" for reader in READERS for ending in reader.endings)


@dataclass(frozen=True, kw_only=True)
class FoundSource:
    """A data set that was found, not read yet.

    `name` is shown to people; `format` is one of netflix, netflix-archive, ml-100k, ml-1m, ml-10m,
    ml-csv, csv; `simulated` says that its ratings were made up, by a `simulation.json` beside them.
    """

    path: Path
    simulated: bool
    form: Form
    simulation: Member | None
    container: Container
    options: ReadOptions

    @property
    def name(self) -> str:
        """What people call the data set."""
        return SIMULATED_NAME if self.simulated else self.form.name

    @property
    def format(self) -> str:
        """The form's slug."""
        return self.form.format

    @property
    def files(self) -> tuple[Member, ...]:
        """The files that are read."""
        return (*self.form.files, self.simulation) if self.simulation else self.form.files

    @property
    def size_bytes(self) -> int:
        """Size of an archive, or of the files of a folder that are read."""
        return self.container.size_bytes(self.files)

    def sha256(self) -> str:
        """Hash of a file's bytes; of a folder: of the names and bytes of what is read."""
        return self.container.sha256(self.files)

    def read(self) -> SourceData:
        """Read everything.

        Raises
        ------
        RatingsFormatError
            At the first bad line, or the first one more than are tolerated.
        SourceError
            If there is no rating at all, or a file is damaged.
        """
        self._say_what_is_left_out()
        bad = BadLines(self.options.skip_bad)
        total = sum(member.size for member in self.files)
        with (
            counting(total, f"Reading {self.name}", "B") as advance,
            self.container.open(advance) as files,
        ):
            data = self.form.read(Reading(files=files, options=self.options, bad=bad))
        bad.report()
        if len(data.rows.values) == 0:
            raise SourceError(
                f"{self.path} ({self.name}) holds no rating. Expected at least one; check that the "
                "files are whole."
            )
        return replace(data, n_bad=bad.count)

    def _say_what_is_left_out(self) -> None:
        """Log which files beside those that are read are passed over."""
        read = {member.outer or member for member in self.files}
        names = [
            member.name
            for member in self.container.members
            if member.folder == self.form.folder and member.outer is None and member not in read
        ]
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            shown = printable(", ".join(names[:5]))
            logger.info("%s: passes over the files %s%s.", self.path, shown, more)


def open_source(path: Path | str, options: ReadOptions | None = None) -> FoundSource:
    """Find out what data set a folder, a file, a zip or a tar.gz holds, by what is in it.

    Raises
    ------
    SourceError
        If nothing is there, nothing is recognised, or there are several data sets.
    """
    options = options or ReadOptions()
    path = Path(path)
    container = open_container(path)
    _check_not_empty(container)
    with container.open() as files:
        form = _the_one(_find_forms(container, files, options), container, files, options)
    simulation = _simulation(container, form)
    return FoundSource(
        path=path,
        simulated=simulation is not None or _is_simulated_file(container),
        form=form,
        simulation=simulation,
        container=container,
        options=options,
    )


def _find_forms(container: Container, files: Files, options: ReadOptions) -> list[Form]:
    """Data sets by the names of their files; failing that, single files by their first lines."""
    readers = [reader for reader in READERS if reader.takes_columns or not options.is_of_table]
    if _is_single_file(container):
        return _recognise(_single_file(container.members[0], files, options), readers)
    places = _places(container, files, options)
    found = [reader.find(place) for place in places.values() for reader in readers]
    if forms := [form for form in found if form]:
        return forms
    singles = [
        SingleFile(member=member, head=files.head(member), place=places[member.folder])
        for member in _texts(container)
    ]
    if options.columns is not None:
        singles = _of_given_columns(singles, container)
    forms = [form for file in singles for form in _recognise(file, readers)]
    if any(form.format == TABLE for form in forms):
        from processing.data.readers.table_form import joined

        return joined(forms, places)
    return forms


def _places(container: Container, files: Files, options: ReadOptions) -> dict[str, Place]:
    """The folders of a container, by their paths."""
    everywhere = {member.name: member for member in container.members}
    folders: dict[str, dict[str, Member]] = {}
    for member in container.members:
        folders.setdefault(member.folder, {})[member.basename] = member
    return {
        folder: Place(
            folder=folder, beside=beside, everywhere=everywhere, files=files, options=options
        )
        for folder, beside in folders.items()
    }


def _single_file(member: Member, files: Files, options: ReadOptions) -> SingleFile:
    """A file by itself, whatever lies beside it."""
    beside = {member.basename: member}
    place = Place(
        folder=member.folder, beside=beside, everywhere=beside, files=files, options=options
    )
    return SingleFile(member=member, head=files.head(member), place=place)


def _recognise(file: SingleFile, readers: Iterable[Reader]) -> list[Form]:
    """The form that the surest of the readers takes a file for; none if no reader knows it."""
    likeness, reader = max(
        ((reader.likeness(file), reader) for reader in readers), key=lambda found: found[0]
    )
    form = reader.take(file) if likeness > Likeness.NONE else None
    return [form] if form else []


def _texts(container: Container) -> list[Member]:
    """The files that may be tables, by their names; a single file may have any name."""
    if len(container.members) == 1:
        return container.members
    return [m for m in container.members if m.basename.lower().endswith(_ENDINGS)]


def _of_given_columns(files: list[SingleFile], container: Container) -> list[SingleFile]:
    """The file, or the parts of one, to which the given columns apply: titles have their own."""
    from processing.data.readers.table_form import is_of_titles, part_name

    tables = [file for file in files if not is_of_titles(file)]
    names = {part_name(file.member.name) or file.member.name for file in tables}
    if len(names) != 1:
        raise SourceError(
            f"{container.path}: columns were given, and {len(tables)} text files are there to "
            "which they could apply. Expected one; give the file itself."
        )
    return tables


def _the_one(forms: list[Form], container: Container, files: Files, options: ReadOptions) -> Form:
    if len(forms) == 1:
        return forms[0]
    if forms:
        found = "; ".join(f"{form.name} ({files.label(form.files[0])})" for form in forms)
        raise SourceError(
            f"{container.path} holds {len(forms)} data sets: {found}. Expected one; give the "
            "folder or file of the one that is meant."
        )
    raise SourceError(f"{container.path} {_what_is_there(container, files, options)}. {ACCEPTED}")


def _what_is_there(container: Container, files: Files, options: ReadOptions) -> str:
    if _is_single_file(container):
        first = _first_line(container.members[0], files, options)
        advice = _advice(container.members[0], files, options)
        return f"has no known format: its first line is {first!r}{advice}"
    names = sorted(member.name for member in container.members)
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    text = "".join(
        f"; {member.name} begins with {_first_line(member, files, options)!r}"
        + _advice(member, files, options)
        for member in _texts(container)[:2]
    )
    archives = any(name.endswith((".zip", ".tar.gz", ".tgz")) for name in names)
    hint = "; give an archive by its own path" if archives else ""
    if any(name.endswith("xl/workbook.xml") for name in names):
        hint = "; this is a workbook of Excel: save its sheet as CSV or as Unicode text"
    return f"holds no known data set: found {shown}{text}{hint}"


def _first_line(member: Member, files: Files, options: ReadOptions) -> str:
    head = decoded_head(files.head(member, 1024), options.encoding)
    return re.split("[\r\n]", head, maxsplit=1)[0].rstrip()[:80]


def _advice(member: Member, files: Files, options: ReadOptions) -> str:
    """What to say of a table whose columns are not understood, "" where it looks like none."""
    head = decoded_head(files.head(member), options.encoding)
    if head.lstrip().startswith("["):
        return "; if it is JSON, write one object a line"
    example = None if options.columns else example_columns(head, options)
    if not example:
        return ""
    return f"; if that names its columns or is a row, say what each is, such as --columns {example}"


def _check_not_empty(container: Container) -> None:
    if not container.members:
        raise SourceError(f"{container.path} is empty: there is no file in it. {ACCEPTED}")
    if sum(member.size for member in container.members) == 0:
        what = "is an empty file" if _is_single_file(container) else "holds only empty files"
        raise SourceError(f"{container.path} {what}. {ACCEPTED}")


def _is_single_file(container: Container) -> bool:
    return isinstance(container, Folder) and container.path.is_file()


def _simulation(container: Container, form: Form) -> Member | None:
    """The file that says how a set was simulated; it counts as read: the name depends on it."""
    beside = (member for member in container.members if member.folder == form.folder)
    return next((member for member in beside if member.basename == SIMULATION), None)


def _is_simulated_file(container: Container) -> bool:
    return _is_single_file(container) and (container.path.parent / SIMULATION).is_file()

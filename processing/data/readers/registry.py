"""The one door to rating data: finds out what a path holds, and reads it."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from processing.data.readers import movielens, netflix
from processing.data.readers import table as own_csv
from processing.data.readers.containers import Container, Files, Folder, Member, open_container
from processing.data.readers.reading import BadLines, Form, ReadOptions
from processing.data.rows import SourceData
from processing.errors import SourceError
from processing.tools.progress import counting

__all__ = ["ReadOptions", "Source", "open_source"]

SIMULATION = "simulation.json"
SIMULATED_NAME = "Simulated ratings"
ACCEPTED = (
    "Expected Netflix Prize data (combined_data_1..4.txt, or the original archive's mv_*.txt), "
    "MovieLens data (u.data, ratings.dat or ratings.csv), or a CSV with columns user, movie and "
    "rating, or with its columns named by --columns; as a folder, a file, a zip or a tar.gz."
)

_NETFLIX_ROW = re.compile(rb"-?[0-9]+,[0-9.]+,[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINES = {
    "combined_data_1.txt": re.compile(rb"[0-9]+:"),
    "u.data": re.compile(rb"-?[0-9]+(\t-?[0-9.]+){2}\t-?[0-9]+"),
    "ratings.dat": re.compile(rb"-?[0-9]+(::-?[0-9.]+){2}::-?[0-9]+"),
}
_TEXT_NAME = re.compile(r".*\.(csv|tsv|txt|dat|data)", re.IGNORECASE)
_TITLES_HEADER_NAMES = ("movies.csv", "movie.csv")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A data set that was found, not read yet.

    `name` is shown to people; `format` is one of netflix, netflix-archive, ml-100k, ml-1m, ml-10m,
    ml-csv, csv; `simulated` says that its ratings were made up, by a `simulation.json` beside them.
    """

    path: Path
    simulated: bool
    form: Form
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
    def size_bytes(self) -> int:
        """Size of an archive, or of the files of a folder that are read."""
        return self.container.size_bytes(self.form.files)

    def sha256(self) -> str:
        """Hash of a file's bytes; of a folder: of the names and bytes of what is read."""
        return self.container.sha256(self.form.files)

    def read(self) -> SourceData:
        """Read everything.

        Raises
        ------
        RatingsFormatError
            At the first bad line, or the first one more than are tolerated.
        SourceError
            If there is no rating at all, or a file is damaged.
        """
        bad = BadLines(self.options.skip_bad)
        total = sum(member.size for member in self.form.files)
        with (
            counting(total, f"Reading {self.name}", "B") as advance,
            self.container.open(advance) as files,
        ):
            data = self.form.read(files, self.options, bad)
        bad.report()
        if len(data.rows.values) == 0:
            raise SourceError(
                f"{self.path} ({self.name}) holds no rating. Expected at least one; check that the "
                "files are whole."
            )
        return replace(data, n_bad=bad.count)


def open_source(path: Path | str, options: ReadOptions | None = None) -> Source:
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
        form = _the_one(_find_forms(container, files, options), container, files)
    simulation = _simulation(container, form)
    return Source(
        path=path,
        simulated=simulation is not None or _is_simulated_file(container),
        form=replace(form, files=(*form.files, simulation)) if simulation else form,
        container=container,
        options=options,
    )


def _find_forms(container: Container, files: Files, options: ReadOptions) -> list[Form]:
    """Data sets by the names that theirs have; failing that, single files by their first lines."""
    if options.columns is not None or options.delimiter is not None:
        return _said_csv(container, files, options)
    if _is_single_file(container):
        form = _recognise(container.members[0], files, options, {})
        return [form] if form else []
    folders: dict[str, dict[str, Member]] = {}
    for member in container.members:
        folders.setdefault(member.folder, {})[member.basename] = member
    found = []
    for folder, beside in folders.items():
        found += _named_forms(folder, beside, container, files)
    if found:
        return found
    forms = (_recognise(text, files, options, folders[text.folder]) for text in _texts(container))
    return [form for form in forms if form]


def _texts(container: Container) -> list[Member]:
    """The files that may be tables, by their names; a single file may have any name."""
    if len(container.members) == 1:
        return container.members
    return [member for member in container.members if _TEXT_NAME.fullmatch(member.basename)]


def _named_forms(
    folder: str, beside: dict[str, Member], container: Container, files: Files
) -> list[Form]:
    found = [
        netflix.find_combined(folder, beside),
        netflix.find_archive(folder, beside, {member.name: member for member in container.members}),
        movielens.find_100k(folder, beside),
        movielens.find_dat(folder, beside, files),
        movielens.find_csv(folder, beside, files),
    ]
    return [form for form in found if form]


def _recognise(
    member: Member, files: Files, options: ReadOptions, beside: dict[str, Member]
) -> Form | None:
    """Recognise a single file by its first lines, whatever it is called."""
    head = files.head(member)
    form = None
    if member.basename == "ratings.csv":
        form = movielens.find_csv(member.folder, {**beside, "ratings.csv": member}, files)
    form = form or own_csv.find(member, head, options, _titles_beside(files, beside))
    if form:
        return form
    kind = _kind(head)
    if kind == "combined_data_1.txt":
        return netflix.combined([member], member.folder, beside, [])
    if kind == "u.data":
        return movielens.find_100k(member.folder, {**beside, kind: member})
    if kind == "ratings.dat":
        return movielens.find_dat(member.folder, {**beside, kind: member}, files)
    return _recognise_by_name(member, files)


def _recognise_by_name(member: Member, files: Files) -> Form | None:
    """A file whose lines are mostly bad is what its name says; reading it names the first one."""
    only = {member.basename: member}
    if netflix.find_combined("", only):
        return netflix.combined([member], member.folder, {}, [])
    return movielens.find_100k("", only) or movielens.find_dat("", only, files)


def _kind(head: bytes) -> str | None:
    """The form that most of the first lines have, by the name of a file that has it."""
    lines = [line.rstrip(b"\r") for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:100]]
    lines = [line for line in lines if line]
    n_netflix = sum(bool(_NETFLIX_ROW.fullmatch(line)) for line in lines)
    for name, pattern in _LINES.items():
        n = sum(bool(pattern.fullmatch(line)) for line in lines)
        if name == "combined_data_1.txt":
            n = n + n_netflix if n and n_netflix else 0
        if 2 * n > len(lines):
            return name
    return None


def _said_csv(container: Container, files: Files, options: ReadOptions) -> list[Form]:
    """The one text file to which columns or delimiter that were said can apply."""
    texts = _texts(container)
    if len(texts) != 1:
        raise SourceError(
            f"{container.path}: columns or a delimiter were said, and {len(texts)} text files are "
            "there to which they could apply. Expected one; give the file itself."
        )
    form = own_csv.find(texts[0], files.head(texts[0]), options, None)
    return [form] if form else []


def _titles_beside(files: Files, beside: dict[str, Member]) -> Member | None:
    for name in _TITLES_HEADER_NAMES:
        if name in beside and movielens.has_header(files, beside[name], movielens.MOVIES_HEADER):
            return beside[name]
    return None


def _the_one(forms: list[Form], container: Container, files: Files) -> Form:
    if len(forms) == 1:
        return forms[0]
    if forms:
        found = "; ".join(f"{form.name} ({files.label(form.files[0])})" for form in forms)
        raise SourceError(
            f"{container.path} holds {len(forms)} data sets: {found}. Expected one; give the "
            "folder or file of the one that is meant."
        )
    raise SourceError(f"{container.path} {_what_is_there(container, files)}. {ACCEPTED}")


def _what_is_there(container: Container, files: Files) -> str:
    if _is_single_file(container):
        first = _first_line(container.members[0], files)
        return f"is of no known form: its first line is {first!r}"
    names = sorted(member.name for member in container.members)
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    text = "".join(
        f"; {member.name} begins with {_first_line(member, files)!r}"
        for member in _texts(container)[:2]
    )
    archives = any(name.endswith((".zip", ".tar.gz", ".tgz")) for name in names)
    hint = "; an archive is to be given by its own path" if archives else ""
    return f"holds no data set that is known: found {shown}{text}{hint}"


def _first_line(member: Member, files: Files) -> str:
    first = files.head(member, 1024).partition(b"\n")[0]
    return first.decode("utf-8", "replace").rstrip()[:80]


def _check_not_empty(container: Container) -> None:
    if not container.members:
        raise SourceError(f"{container.path} is empty: there is no file in it. {ACCEPTED}")
    if sum(member.size for member in container.members) == 0:
        what = "is an empty file" if _is_single_file(container) else "holds only empty files"
        raise SourceError(f"{container.path} {what}. {ACCEPTED}")


def _is_single_file(container: Container) -> bool:
    return isinstance(container, Folder) and container.path.is_file()


def _simulation(container: Container, form: Form) -> Member | None:
    """The file that says how a set was simulated; it counts as read, since the name hangs on it."""
    beside = (member for member in container.members if member.folder == form.folder)
    return next((member for member in beside if member.basename == SIMULATION), None)


def _is_simulated_file(container: Container) -> bool:
    return _is_single_file(container) and (container.path.parent / SIMULATION).is_file()

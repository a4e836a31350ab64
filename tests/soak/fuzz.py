"""Sources, releases and requests with something wrong in them, drawn by a seed."""

import shutil
from pathlib import Path
from urllib.parse import quote

import numpy as np

from app import create_app
from processing.data.ingest import load_dataset
from processing.errors import SourceError
from processing.release import FolderStorage
from tests.app.sample import NEVER_S, publish_sample, sample_settings
from tests.packing import FORMS, ML_1M, ML_10M, ML_100K, ML_CSV, NETFLIX, OWN, TABLES, pack
from tests.soak.oracle import OTHER_PATHS, USER_PATHS, truth_of, visit
from tests.soak.tally import Tally

SETS = {
    "netflix": NETFLIX,
    "ml-100k": ML_100K,
    "ml-1m": ML_1M,
    "ml-10m": ML_10M,
    "ml-csv": ML_CSV,
    "own": OWN,
    **TABLES,
}
PIECES = (
    *(b"", b"\0", b"\r", b"\n\n", b'"', b",", b"::", b"\t", b"-", b"9" * 400, b"1e999", b"nan"),
    *(b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x8e\xac", b"x" * 5000, b"0", b"NULL", b"{" * 999),
    *(
        b'""',
        b"\n#",
        b"sep=;\n",
        b";",
        b" ",
        b"\xe9",
        b"\xc2\xa0",
        b"PAR1",
        b"\x1f\x8b",
        b"1.0",
        b"-0",
    ),
    *(b"[" * 99999, b"\x28\xb5\x2f\xfd", b"1e308", b"9" * 19, b"2020-13-01T25:61:00+99:99"),
)
PATHS = (
    *("/", "/users", "/users/7", "/movies/1", "/search", "/rate", "/list/", "/report", "/mine"),
    *("/users/7/movies/3", "/users/7/ratings", "/users/7.json", "/users/7.csv", "/suggest.json"),
    *(
        "/figures/x/y",
        "/static/",
        "/healthz",
        "/offline/titles.json",
        "/openapi.json",
        "/robots.txt",
    ),
)
NAMES = ("q", "page", "sort", "genre", "from", "to", "id", "known", "next", "rated", "r", "n")
VALUES = (
    *(
        "",
        "0",
        "-1",
        "1e9",
        "9" * 400,
        "nan",
        "inf",
        "\0",
        "%",
        "../..",
        "<script>",
        "=1+1",
        "é" * 300,
    ),
    *("7", "1_000", "０", "true", "title", "score", "Drama", "\ud800", "' or 1=1 --", "[" * 500),
)
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def soak_readers(folder: Path, n: int, seed: int) -> Tally:
    """Read small sets in which bytes were changed, added, taken away or doubled."""
    tally = Tally("mutated sources")
    names = list(SETS)
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        name, form = names[rng.integers(len(names))], FORMS[rng.integers(len(FORMS))]
        root = folder / f"source-{number}"
        root.mkdir(parents=True)
        path = pack(form, _mutated_set(SETS[name], rng), root)
        if path.is_file() and rng.random() < 0.5:
            path.write_bytes(_mutated(path.read_bytes(), rng))
        try:
            load_dataset(path, root / "cache")
            tally.note("survived")
        except SourceError:
            tally.note("refused")
        except BaseException as error:
            tally.note("broken", f"{name} as {form}, {number} of seed {seed}: {error!r}")
        shutil.rmtree(root)
    return tally


def soak_bits(folder: Path, n: int, seed: int) -> Tally:
    """Flip one bit anywhere in a release, and ask a new site for users' pages and others."""
    tally = Tally("flipped bits")
    publish_sample(folder)
    truth = truth_of(folder)
    files = [
        folder / "predictions" / name for name in FolderStorage(folder / "predictions").names()
    ]
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        path = files[rng.integers(len(files))]
        intact = path.read_bytes()
        at, bit = int(rng.integers(len(intact))), int(rng.integers(8))
        path.write_bytes(intact[:at] + bytes([intact[at] ^ 1 << bit]) + intact[at + 1 :])
        client = create_app(sample_settings(folder), check_every_s=NEVER_S).test_client()
        for address in (*rng.permutation(USER_PATHS)[:4], OTHER_PATHS[rng.integers(4)]):
            outcome, about = visit(client, str(address), truth)
            tally.note(outcome, f"bit {bit} of byte {at} of {path.name}: {about}")
        path.write_bytes(intact)
    return tally


def soak_requests(folder: Path, n: int, seed: int) -> Tally:
    """Ask for what no page of the site would ask for."""
    tally = Tally("random requests")
    publish_sample(folder)
    client = create_app(sample_settings(folder), check_every_s=NEVER_S).test_client()
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        method = METHODS[rng.integers(len(METHODS))]
        address = _address(rng)
        fields = {_of(NAMES, rng): _plain(_of(VALUES, rng)) for _ in range(rng.integers(3))}
        data = {"data": fields} if method == "POST" else {}
        try:
            status = client.open(address, method=method, headers=_headers(rng), **data).status_code
        except BaseException as error:
            tally.note("broken", f"{method} {address}: {error!r}")
            continue
        outcome = "survived" if status < 400 else "refused" if status < 500 else "broken"
        tally.note(outcome, f"{method} {address} answered {status}")
    return tally


def _mutated_set(files: dict[str, bytes], rng: np.random.Generator) -> dict[str, bytes]:
    """One file of a set changed, or left out, or under another's name."""
    files = dict(files)
    name = _of(tuple(files), rng)
    how = rng.integers(10)
    if how == 0:
        del files[name]
    elif how == 1:
        data = files.pop(name)
        files[_of((*files, "u.data", "x.csv"), rng)] = data
    else:
        files[name] = _mutated(files[name], rng)
    return files or {"empty": b""}


def _mutated(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(rng.integers(1, 4)):
        a, b = sorted(rng.integers(0, len(data) + 1, 2).tolist())
        how = rng.integers(6)
        if how == 0:
            data = data[:a] + PIECES[rng.integers(len(PIECES))] + data[a:]
        elif how == 1:
            data = data[:a] + data[b:]
        elif how == 2:
            data = data[:b] + data[a:b] + data[b:]
        elif how == 3 and a < len(data):
            data = data[:a] + bytes([data[a] ^ 1 << int(rng.integers(8))]) + data[a + 1 :]
        elif how == 4:
            lines = data.split(b"\n")
            data = b"\n".join(lines[k] for k in rng.permutation(len(lines)))
        else:
            data = data[:a] + rng.bytes(int(rng.integers(1, 20))) + data[a:]
    return data


def _address(rng: np.random.Generator) -> str:
    path = _of(PATHS, rng)
    if rng.random() < 0.5:
        path += quote(_of(VALUES, rng), errors="surrogatepass")
    if rng.random() < 0.2:
        path += _of((".json", ".csv", "/", "//", "/movies/2.json"), rng)
    query = "&".join(
        f"{_of(NAMES, rng)}={quote(_of(VALUES, rng), errors='surrogatepass')}"
        for _ in range(rng.integers(4))
    )
    return f"{path}?{query}" if query else path


def _headers(rng: np.random.Generator) -> dict[str, str]:
    names = ("Accept", "Accept-Encoding", "If-None-Match", "Range", "Host", "Cookie", "Referer")
    values = ("*", "gzip;q=zz", '"', "bytes=9-1", "evil.example", "a=b;;=", "text/html;q=2")
    return {_of(names, rng): _of(values, rng) for _ in range(rng.integers(3))}


def _plain(text: str) -> str:
    """A text that a form can hold."""
    return text.encode(errors="replace").decode()


def _of(among: tuple[str, ...], rng: np.random.Generator) -> str:
    return among[rng.integers(len(among))]

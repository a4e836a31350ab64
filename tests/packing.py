"""Tiny data sets in the exact form of the real ones, packed as folder, zip or tar.gz."""

import bz2
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

FORMS = ("folder", "nested", "zip", "tar.gz", "tar")

NETFLIX = {
    "combined_data_1.txt": b"1:\n10,3,2005-09-06\n20,5,2005-05-13\n2:\n",
    "combined_data_2.txt": b"3:\n10,1,2000-02-29\n",
    "combined_data_3.txt": b"4:\n30,4,1999-12-31\n",
    "combined_data_4.txt": b"5:\n20,2,2005-12-31\n",
    "movie_titles.csv": (
        b"1,2003,Dinosaur Planet\n2,NULL,Roti, Kapada\n3,2001,Smokey Joe's Caf\xe9\n"
        b'4,1994,Up & Dance\n5,2004,Rise, and "Fall", of\n'
    ),
    "probe.txt": b"1:\n20\n5:\n20\n",
    "qualifying.txt": b"1:\n77,2005-12-19\n",
}
ML_100K = {
    "u.data": b"196\t242\t3\t881250949\n186\t302\t5\t891717742\n196\t302\t1\t0\n",
    "u.item": (
        b"242|Kolya (1996)|24-Jan-1997||http://x|0|1|0\n"
        b"302|L\xe9on, The (1994)|01-Jan-1994||http://y|0|1|1\n7|unknown||||1|0|0\n"
    ),
    "u.genre": b"unknown|0\nAction|1\nDrama|2\n\n",
    "u1.base": b"196\t242\t3\t881250949\n186\t302\t5\t891717742\n",
    "u1.test": b"196\t302\t1\t0\n",
    "u2.base": b"196\t302\t1\t0\n",
    "u2.test": b"196\t242\t3\t881250949\n186\t302\t5\t891717742\n",
    "ua.base": b"196\t242\t3\t881250949\n",
    "ua.test": b"196\t302\t1\t0\n",
    "u.user": b"196|49|M|writer|55105\n",
    "README": b"About\n",
}
ML_1M = {
    "ratings.dat": b"1::1193::5::978300760\n1::661::3::978302109\n2::1193::4::978298413\n",
    "movies.dat": (
        b"661::James and the Giant Peach (1996)::Animation|Children's\n"
        b"1193::Caf\xe9, Le (1975)::Drama\n"
    ),
    "users.dat": b"1::F::1::10::48067\n2::M::56::16::70072\n",
}
ML_10M = {
    "ratings.dat": b"1::122::5::838985046\n1::185::4.5::838983525\n2::122::0.5::868245777\n",
    "movies.dat": (
        "122::Boomerang (1992)::Comedy|Romance\n"
        "185::Caf\u00e9 :: Net, The (a.k.a. X) (1995)::Action\n"
    ).encode(),
    "tags.dat": b"15::4973::excellent!::1215184630\n",
}
ML_CSV = {
    "ratings.csv": b"userId,movieId,rating,timestamp\n1,2,3.5,1112486027\n2,9,0.5,-1\n",
    "movies.csv": (
        "movieId,title,genres\n2,Jumanji (1995),Adventure|Children\n"
        '9,"Am\u00e9lie, \u201cThe\u201d, Les",(no genres listed)\n'
    ).encode(),
    "tags.csv": b"userId,movieId,tag,timestamp\n",
    "links.csv": b"movieId,imdbId,tmdbId\n2,0113497,8844\n9,0211915,\n",
}
OWN = {"mine.csv": b"user,movie,rating,date\n-7,1,4.5,2024-02-29\n8,1,2,2023-01-01 12:30:00\n"}


def _parquet() -> bytes:
    stream = io.BytesIO()
    columns = {"user": ["a", "b"], "movie": [1, 2], "rating": [3.5, None], "created_at": [0, 10**9]}
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


TABLES = {
    "texts": {
        "mine.csv": 'user;isbn;rating;title\nän;007X;3,5;"A; ""b"""\nb;8;4;B\n'.encode("cp1252")
    },
    "utf-16": {"mine.tsv": "user\tmovie\trating\r\n1\tü\t4\r\n".encode("utf-16")},
    "json": {
        "r.jsonl": b'{"user_id":"u","asin":"B1","overall":4,"unixReviewTime":1500000000}\n' * 3,
        "books.csv": b'"asin","title","year"\n"B1","A, b","1999"\n',
    },
    "parquet": {"part-0.parquet": _parquet(), "part-1.parquet": _parquet()},
    "packed": {
        "r.csv.gz": gzip.compress(OWN["mine.csv"]),
        "movies.csv.bz2": bz2.compress(ML_CSV["movies.csv"]),
    },
    "spaces": {"u.data": b"1   2  3  1500000000\n2  2   4.5   1500000000\n"},
}


def pack(form: str, files: dict[str, bytes], folder: Path, name: str = "data") -> Path:
    """Write `files` into `folder` in one of FORMS; returns what is to be opened."""
    if form == "folder":
        return write_files(files, folder / name)
    if form == "nested":
        write_files(files, folder / name / "inner")
        return folder / name
    path = folder / f"{name}.bin"  # a name that says nothing: content has to
    if form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in files.items():
                archive.writestr(f"inner/{member}", data)
    else:
        path.write_bytes(tar_of({f"inner/{member}": data for member, data in files.items()}, form))
    return path


def write_files(files: dict[str, bytes], folder: Path) -> Path:
    """Write files, named by relative paths, and return their folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def tar_of(files: dict[str, bytes], form: str = "tar") -> bytes:
    """A tar archive, or with form 'tar.gz' a compressed one."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz" if form == "tar.gz" else "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def tuples(data):
    """Rating rows as sorted (user id, movie id, rating, day) tuples."""
    rows = data.rows
    columns = (rows.user_ids, rows.movie_ids, rows.values, rows.days)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))

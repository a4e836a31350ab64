"""Tables of one's own in the forms in which programs and people write them."""

import bz2
import gzip
import io
import lzma

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from processing.data.readers.reading import ReadOptions
from processing.data.readers.registry import open_source
from processing.data.rows import NO_DAY, Scale
from processing.errors import RatingsFormatError, SourceError
from tests.packing import FORMS, pack, tuples, write_files

ROWS = [(1, 7, 3.5, 18262), (2, 7, 1.0, 18263), (2, 8, 5.0, 18264)]
PLAIN = "user,movie,rating,date\n1,7,3.5,2020-01-01\n2,7,1,2020-01-02\n2,8,5,2020-01-03\n"


def read(tmp_path, data, name="mine.csv", **options):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source(path, ReadOptions(**options)).read()


def named(data):
    """Rows with the texts of users and movies."""
    rows = data.rows
    users = rows.user_ids if rows.user_names is None else rows.user_names[rows.user_ids]
    movies = rows.movie_ids if rows.movie_names is None else rows.movie_names[rows.movie_ids]
    return list(zip(users.tolist(), movies.tolist(), rows.values.tolist(), strict=True))


def parquet(frame):
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def zstd(data):
    return pa.compress(data, codec="zstd", asbytes=True)


def frame():
    dates = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"])
    columns = {"user": [1, 2, 2], "movie": [7, 7, 8], "rating": [3.5, 1, 5], "date": dates}
    return pd.DataFrame(columns)


PACKED = {
    "gz": gzip.compress(PLAIN.encode()),
    "bz2": bz2.compress(PLAIN.encode()),
    "xz": lzma.compress(PLAIN.encode()),
}


@pytest.mark.parametrize("ending", [*PACKED, "zst"])
@pytest.mark.parametrize("form", FORMS)
def test_table_when_compressed_then_read_from_any_container(ending, form, tmp_path):
    data = PACKED.get(ending) or zstd(PLAIN.encode())
    assert tuples(open_source(pack(form, {f"x.csv.{ending}": data}, tmp_path)).read()) == ROWS
    (tmp_path / f"alone.csv.{ending}").write_bytes(data)
    assert tuples(open_source(tmp_path / f"alone.csv.{ending}").read()) == ROWS


@pytest.mark.parametrize("ending", [*PACKED, "zst"])
def test_table_when_its_compressed_file_is_cut_off_then_says_so(ending, tmp_path):
    data = PACKED.get(ending) or zstd(PLAIN.encode())
    with pytest.raises(SourceError, match=rf"x\.csv\.{ending} is damaged or cut off"):
        read(tmp_path, data[: len(data) * 2 // 3], f"x.csv.{ending}")


def test_table_when_a_small_file_unpacks_endlessly_then_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("processing.data.readers.unpacking.ANY_SIZE", 1 << 20)
    with pytest.raises(SourceError, match="unpacks to more than 500 times its size"):
        read(tmp_path, lzma.compress(PLAIN.encode() + b"1,2,3,2020-01-01\n" * 400_000), "x.xz")


def test_table_when_a_small_zip_unpacks_endlessly_then_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("processing.data.readers.unpacking.ANY_SIZE", 1 << 20)
    text = PLAIN.encode() + b"1,2,3,2020-01-01\n" * 400_000
    monkeypatch.setattr("processing.data.readers.unpacking.MOST_TIMES", 100)
    path = pack("zip", {"x.csv": text}, tmp_path)
    with pytest.raises(SourceError, match="unpacks to more than 100 times its size"):
        open_source(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_table_when_in_another_unicode_then_found(encoding, end, tmp_path):
    text = PLAIN.replace(",", "\t").replace("\n", end)
    assert tuples(read(tmp_path, text.encode(encoding))) == ROWS


@pytest.mark.parametrize(
    ("encoding", "title"), [("cp1252", "Amélie"), ("cp1251", "Сталкер"), ("shift_jis", "千と千尋")]
)
def test_table_when_the_encoding_is_said_then_titles_and_ids_are_read_in_it(
    encoding, title, tmp_path
):
    text = f"user,movie,rating,title\n1,{title},4,{title}\n"
    data = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert (named(data), data.catalogue.titles) == ([(1, title, 4.0)], [title])


def test_table_when_in_windows_1252_then_found_with_a_warning(tmp_path, caplog):
    data = read(tmp_path, "user,movie,rating,title\n1,7,4,A\n1,8,4,Amélie – ü\n".encode("cp1252"))
    assert data.catalogue.titles == ["A", "Amélie – ü"]
    assert "mine.csv:3: not UTF-8, so taken for Windows-1252" in caplog.text


def test_table_when_utf_8_is_damaged_then_the_line_is_bad(tmp_path):
    text = "user,movie,rating,title\n1,7,4,Amélie\n".encode() + b"1,8,4,Am\xe9lie\n"
    with pytest.raises(RatingsFormatError, match=r"mine\.csv:3: .* is not UTF-8 text"):
        read(tmp_path, text)


def test_table_when_the_encoding_is_unknown_then_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"'utf-9' is unknown\. Expected one that Python knows"):
        read(tmp_path, PLAIN, encoding="utf-9")


def test_table_when_it_is_not_in_its_encoding_then_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"mine\.csv is not text in utf-16: .* with --encoding"):
        read(tmp_path, PLAIN.encode("utf-16") + b"x")


@pytest.mark.parametrize(
    "text",
    [
        "user;movie;rating\n1;7;3,5\n2;7;4\n",
        "sep=;\nuser;movie;rating\n1;7;3,5\n2;7;4\n",
        'user,movie,rating\n1,7,"3,5"\n2,7,4\n',
        "# exported\n#\nuser,movie,rating\n1,7,3.5\n# half way\n2,7,4\n",
        "Ratings of 2020\n\nuser,movie,rating\n1,7,3.5\n2,7,4\n",
        "#user,movie,rating\n1,7,3.5\n2,7,4\n",
        "user,movie,rating\r\n\r\n1,7,3.5\r\n   \r\n,,\r\n2,7,4\r\n,,\r\n",
        "user  movie   rating\n 1   7  3.5\n2\t7 4  \n",
        "user , movie , rating\n1 , 7 , 3.5\n2, 7, 4\n",
        "userId,movieId,rating\n1.0,7.0,3.5\n2.0,7.0,4\n",
        '"user","movie","rating"\n"1","7","3.5"\n"2","7","4"\n',
        '{"user": 1, "movie": 7, "rating": 3.5}\n\n{"rating": "4", "movie": 7, "user": 2}\n',
    ],
)
def test_table_when_written_as_programs_do_then_the_same_rows(text, tmp_path):
    data = read(tmp_path, text, "mine.dat")
    assert named(data) == [(1, 7, 3.5), (2, 7, 4.0)]
    assert data.n_bad == 0


@pytest.mark.parametrize("text", ["sep=;\n1;7;3,5\n", "# x\n1;7;3,5\n", "u;m;r\n1;7;3,5\n"])
def test_table_when_columns_are_said_then_what_stands_before_is_passed_over(text, tmp_path):
    assert named(read(tmp_path, text, columns=("user", "movie", "rating"))) == [(1, 7, 3.5)]


@pytest.mark.parametrize(
    "ids",
    [
        ["059035342X", "0590353403"],
        ["007", "7"],
        ["the-matrix", "amélie"],
        ["00000004-aaaa-bbbb-cccc-00000000000a", "10"],
        ["99999999999999999999", "1"],
        ["-0", "0"],
        ["🎬", "ﬁlm"],
        ["1", "1.0"],
    ],
)
def test_table_when_ids_are_no_plain_numbers_then_all_are_texts(ids, tmp_path):
    text = "".join(f"{each},{each},{k + 1}\n" for k, each in enumerate(ids))
    data = read(tmp_path, f"user,movie,rating\n{text}")
    assert named(data) == [(each, each, k + 1.0) for k, each in enumerate(ids)]


def test_table_when_a_text_comes_late_then_ids_before_are_texts_too(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("processing.data.readers.text_blocks.BLOCK", 64)
    rows = [(str(k % 50), "x9" if k == 700 else str(k % 7), 1.0 + k % 5) for k in range(1000)]
    text = "".join(f"{u},{m},{r:g}\n" for u, m, r in rows)
    with caplog.at_level("INFO"):
        data = read(tmp_path, f"user,movie,rating\n{text}")
    assert named(data) == [(int(u), m, r) for u, m, r in rows]
    assert "mine.csv:702: the movie id 'x9' is no whole number" in caplog.text


HEADERS = [
    ("user_id,anime_id,rating", ","),
    ("user_id,book_id,rating", ","),
    ('"User-ID";"ISBN";"Book-Rating"', ";"),
    ("Cust_Id,Movie_Id,Rating,Date", ","),
    ("customer_id\tproduct_id\tstar_rating\treview_date", "\t"),
    ("reviewerID,asin,overall,unixReviewTime,reviewTime", ","),
    ("user_id,parent_asin,rating,timestamp,asin_old", ","),
    ("User_ID,Movie_ID,Rating", ","),
    ("user,item,rating,created_at", ","),
    ("user,item,rating,Timestamp (UTC)", ","),
    ("username,film_id,score,rated_at", ","),
    ("userID,itemID,stars,datetime", ","),
]


@pytest.mark.parametrize(("header", "delimiter"), HEADERS)
def test_table_when_columns_are_called_as_in_known_sets_then_found(header, delimiter, tmp_path):
    n_others = header.count(delimiter) - 2
    row = delimiter.join(["1", "7", "3", *["2020-01-01"] * n_others])
    if "unix" in header:
        row = "1,7,3,1577836800,whenever"
    data = read(tmp_path, f"{header}\n{row}\n")
    assert tuples(data) == [(1, 7, 3.0, 18262 if n_others else NO_DAY)]


@pytest.mark.parametrize(
    ("role", "moment", "form"),
    [
        ("date", "2020-01-01T23:30:00+02:00", None),
        ("date", "2019-12-31T23:30:00-01:00", None),
        ("date", "2020-01-01 23:30:00 UTC", None),
        ("date", "2020/01/01", None),
        ("date", "2020/1/1 8:05", None),
        ("date", "2020-01-01T00:00:00.000000Z", None),
        ("date", "1577836800", None),
        ("timestamp", "1577836800000", None),
        ("timestamp", "1577836800000000", None),
        ("timestamp", "1.5778368e9", None),
        ("timestamp", "2020-01-01", None),
        ("date", "01/01/2020", "%d/%m/%Y"),
        ("date", "Jan 1, 2020", "%b %d, %Y"),
        ("date", "20200101", "%Y%m%d"),
        ("timestamp", "2020-01-01 00:30 +0000", "%Y-%m-%d %H:%M %z"),
    ],
)
def test_table_when_a_date_is_written_in_a_usual_form_then_read(role, moment, form, tmp_path):
    text = f'user,movie,rating,{role}\n1,7,3,"{moment}"\n'
    assert tuples(read(tmp_path, text, date_format=form)) == [(1, 7, 3.0, 18262)]


def test_table_when_a_date_may_be_day_or_month_first_then_says_the_option(tmp_path):
    with pytest.raises(RatingsFormatError, match=r"--date-format '%d/%m/%Y' or '%m/%d/%Y'"):
        read(tmp_path, "user,movie,rating,date\n1,7,3,31/12/2019\n")


@pytest.mark.parametrize("mark", ["-1", "0", "NA", ""])
def test_table_when_a_mark_says_not_rated_then_the_row_is_passed_over(mark, tmp_path, caplog):
    text = f"user,movie,rating\n1,7,3\n1,8,{mark}\n2,7,5\n"
    with caplog.at_level("INFO"):
        data = read(tmp_path, text, not_rated=(mark,))
    assert named(data) == [(1, 7, 3.0), (2, 7, 5.0)]
    assert f"passes over 1 rows marked {mark!r}" in caplog.text


def test_table_when_a_mark_is_off_the_scale_then_both_options_are_named(tmp_path):
    with pytest.raises(RatingsFormatError, match=r"--scale 0:5; .* --not-rated 0"):
        read(tmp_path, "user,movie,rating\n1,2,0\n", scale=Scale(low=1, high=5, step=1))


@pytest.mark.parametrize("form", FORMS)
def test_table_when_in_parquet_then_read_from_any_container(form, tmp_path):
    source = open_source(pack(form, {"x.parquet": parquet(frame())}, tmp_path))
    assert (source.format, tuples(source.read())) == ("csv", ROWS)


@pytest.mark.parametrize(
    "change",
    [
        {"user": pd.array([1, 2, 2], "Int64"), "movie": np.array([7, 7, 8], np.uint16)},
        {"user": ["1", "2", "2"], "rating": ["3,5", "1", "5"]},
        {"user": [1.0, 2.0, 2.0], "movie": pd.Categorical([7, 7, 8])},
        {"date": ["2020-01-01", "2020-01-02", "2020-01-03"]},
        {"date": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"], utc=True)},
        {"date": np.array([1577836800, 1577923200, 1578009600])},
    ],
)
def test_table_when_parquet_has_other_types_then_the_same_rows(change, tmp_path):
    assert tuples(read(tmp_path, parquet(frame().assign(**change)), "x.parquet")) == ROWS


def test_table_when_a_parquet_row_is_bad_then_it_is_named(tmp_path):
    data = parquet(frame().assign(rating=[3.5, None, 5]))
    with pytest.raises(RatingsFormatError, match=r"x\.parquet:row 2: '2,7,.*' has the rating ''"):
        read(tmp_path, data, "x.parquet")
    assert len(read(tmp_path, data, "x.parquet", skip_bad=1).rows.values) == 2


def test_table_when_parquet_is_damaged_then_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"x\.parquet is a damaged Parquet file"):
        read(tmp_path, parquet(frame())[:-40], "x.parquet")


def test_table_when_a_json_line_is_none_then_it_is_named(tmp_path):
    text = '{"user":1,"movie":7,"rating":3}\n{"user":1,\n[1]\n{"user":2,"movie":7,"rating":"x"}\n'
    with pytest.raises(RatingsFormatError, match=r"r\.jsonl:2: .* is no JSON object"):
        read(tmp_path, text, "r.jsonl")
    with pytest.raises(RatingsFormatError, match=r"r\.jsonl:4: .* has the rating 'x'"):
        read(tmp_path, text, "r.jsonl", skip_bad=2)


def test_table_when_it_is_a_json_array_then_says_what_to_write(tmp_path):
    with pytest.raises(SourceError, match="write one object a line"):
        read(tmp_path, '[{"user":1,"movie":7,"rating":3}]', "r.json")


@pytest.mark.parametrize(
    "parts",
    [
        {"part-00000.csv": PLAIN[:42], "part-00001.csv": "user,movie,rating,date\n" + PLAIN[42:]},
        {"r_2019.csv.gz": PLAIN[:42], "r_2020.csv.gz": "user,movie,rating,date\n" + PLAIN[42:]},
    ],
)
def test_table_when_in_parts_then_read_as_one(parts, tmp_path):
    packed = {
        name: gzip.compress(text.encode()) if name.endswith("gz") else text.encode()
        for name, text in parts.items()
    }
    source = open_source(write_files({**packed, "_SUCCESS": b""}, tmp_path))
    assert tuples(source.read()) == ROWS
    assert "and 1 more part" in source.name


def test_table_when_parquet_is_in_a_folder_of_parts_then_read_as_one(tmp_path):
    parts = {f"r.parquet/part-{k}.parquet": parquet(frame().iloc[[k]]) for k in range(3)}
    assert tuples(open_source(write_files(parts, tmp_path) / "r.parquet").read()) == ROWS


TITLES = {
    "movies.csv": b'movieId,title,genres\n7,Film 7 (1999),Drama|War\n8,"Matrix, The",\n',
    "titles.tsv": b"movie_id\tname\tyear\tgenre\n7\tFilm 7\t1999\tDrama, War\n8\tThe Matrix\t\t\n",
    "books.csv": 'ISBN;Book-Title;Genres\n7;"Film 7 (1999)";Drama|War\n8;The Matrix;\n'.encode(
        "utf-16"
    ),
    "m.jsonl": b'{"movie_id":7,"title":"Film 7","year":1999,"genres":["Drama","War"]}\n'
    b'{"movie_id":8,"title":"The Matrix"}\n',
    "m.parquet": parquet(
        pd.DataFrame(
            {
                "item_id": [7, 8],
                "title": ["Film 7", "The Matrix"],
                "year": [1999, None],
                "genres": ["Drama|War", None],
            }
        )
    ),
}


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("columns", [None, ("user", "movie", "rating", "date")])
def test_table_when_titles_lie_beside_it_in_any_form_then_taken(name, columns, tmp_path):
    text = PLAIN if columns is None else PLAIN.partition("\n")[2]
    folder = write_files({"mine.csv": text.encode(), name: TITLES[name]}, tmp_path)
    data = open_source(folder, ReadOptions(columns=columns)).read()
    assert tuples(data) == ROWS
    catalogue = data.catalogue
    assert catalogue.movie_ids.tolist() == [7, 8]
    assert (catalogue.titles, catalogue.years) == (["Film 7", "The Matrix"], [1999, None])
    assert catalogue.genres == [("Drama", "War"), ()]


def test_table_when_ids_are_texts_then_titles_are_found_by_them(tmp_path):
    files = {
        "r.csv": b"user,isbn,rating\nann,007X,3\nbob,8,4\n",
        "books.csv": b"isbn,title\n8,Eight\n007X,Seven\n",
    }
    data = open_source(write_files(files, tmp_path)).read()
    assert data.catalogue.movie_ids.tolist() == ["007X", "8"]
    assert data.catalogue.titles == ["Seven", "Eight"]


KAGGLE = {
    "movielens": {
        "rating.csv": b'"userId","movieId","rating","timestamp"\n1,7,3.5,"2020-01-01 23:53:47"\n',
        "movie.csv": b'"movieId","title","genres"\n7,"Seven (1995)","Crime"\n',
        "tag.csv": b"userId,movieId,tag,timestamp\n",
    },
    "netflix": {
        "Netflix_Dataset_Rating.csv": b"User_ID,Rating,Movie_ID\n1,3.5,7\n",
        "Netflix_Dataset_Movie.csv": b"Movie_ID,Year,Name\n7,1995,Seven\n",
    },
    "books": {
        "BX-Book-Ratings.csv": b'"User-ID";"ISBN";"Book-Rating"\n"1";"7";"3.5"\n',
        "BX-Books.csv": b'"ISBN";"Book-Title";"Year-Of-Publication"\n"7";"Seven";"1995"\n'
        b'"8";"The \\"Eighth\\" &amp; last";"0"\n',
    },
    "anime": {
        "rating.csv": b"user_id,anime_id,rating\n1,7,3.5\n",
        "anime.csv": b"anime_id,name,genre,rating,members\n7,Seven (1995),,9,5\n",
    },
    "amazon": {
        "reviews.json.gz": gzip.compress(b'{"reviewerID":1,"asin":7,"overall":3.5}\n'),
        "meta.json.gz": gzip.compress(b'{"asin":7,"title":"Seven (1995)"}\n'),
    },
}


@pytest.mark.parametrize("files", KAGGLE.values(), ids=KAGGLE)
def test_table_when_spelled_as_on_kaggle_then_read_with_its_titles(files, tmp_path):
    data = open_source(write_files(files, tmp_path)).read()
    assert named(data) == [(1, 7, 3.5)]
    assert (data.catalogue.titles[0], data.catalogue.years[0]) == ("Seven", 1995)


def test_table_when_two_files_of_titles_lie_beside_it_then_says_so(tmp_path):
    files = {"mine.csv": PLAIN.encode(), "a.csv": b"item,title\n", "b.csv": b"item,title\n"}
    with pytest.raises(SourceError, match=r"a\.csv, b\.csv all hold titles"):
        open_source(write_files(files, tmp_path))


def test_table_when_a_title_is_spelled_twice_then_the_first_counts(tmp_path, caplog):
    text = 'user,movie,rating,title\n1,7,4,Film 7\n2,7,3,"Film 7  (2001)"\n3,7,3,Film 7\n'
    assert read(tmp_path, text).catalogue.titles == ["Film 7"]
    assert "left out 1 rows" in caplog.text
    assert "mine.csv:3 calls movie 7 'Film 7 (2001)' after 'Film 7'" in caplog.text


@pytest.mark.parametrize("size", [40, 100, 1 << 22])
def test_table_when_blocks_end_anywhere_then_the_same_rows(size, tmp_path, monkeypatch):
    monkeypatch.setattr("processing.data.readers.text_blocks.BLOCK", size)
    cells = ["plain", '"a,b"', '"two\nlines"', '"say ""so"""', "", 'in"side', '" spaced "']
    rows = [f"{k},{cells[k % 7]},{k % 9},{1 + k % 5}" for k in range(200)]
    data = read(tmp_path, "user,note,movie,rating\n" + "\n".join(rows))
    assert named(data) == [(k, k % 9, 1.0 + k % 5) for k in range(200)]
    rows[150] = "150,x,5,bad"
    with pytest.raises(RatingsFormatError, match=r"mine\.csv:174: '150,x,5,bad'"):
        read(tmp_path, "user,note,movie,rating\n" + "\n".join(rows))

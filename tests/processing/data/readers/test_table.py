import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.data.readers.reading import LONGEST_LINE, ReadOptions
from processing.data.readers.registry import open_source
from processing.data.readers.table_rows import scale_of
from processing.data.rows import NO_DAY, Scale
from processing.errors import RatingsFormatError, SourceError
from tests.packing import FORMS, ML_CSV, OWN, pack, tuples, write_files


def read(tmp_path, text, **options):
    path = tmp_path / "mine.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_source(path, ReadOptions(**options)).read()


@pytest.mark.parametrize("form", FORMS)
def test_own_csv_is_read_from_any_container(form, tmp_path):
    source = open_source(pack(form, OWN, tmp_path))
    assert (source.name, source.format) == ("mine.csv", "csv")
    data = source.read()
    assert tuples(data) == [(-7, 1, 4.5, 19782), (8, 1, 2.0, 19358)]
    assert data.scale == Scale(low=2, high=4.5, step=0.5)
    assert data.catalogue.titles == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [
        "user movie rating timestamp",
        "user_id movie_id rating timestamp",
        "userId movieId Rating Timestamp",
        "USER_ID item score timestamp",
        "customer film stars timestamp",
        '"user" "itemId" "rating" "timestamp"',
    ],
)
def test_own_csv_header_of_any_usual_words_is_understood(header, delimiter, tmp_path):
    text = "\n".join((header, "1 2 3 86400", "2 2 5 0")).replace(" ", delimiter)
    assert tuples(read(tmp_path, text)) == [(1, 2, 3.0, 1), (2, 2, 5.0, 0)]


def test_own_csv_columns_in_any_order_are_found_and_others_passed_over(tmp_path):
    text = 'rating,comment,movie,user\n3,"good, and\nlong",7,1\n4,,8,1\n'
    data = read(tmp_path, text)
    assert tuples(data) == [(1, 7, 3.0, NO_DAY), (1, 8, 4.0, NO_DAY)]


@pytest.mark.parametrize("ending", ["\r\n", "\n", ""])
def test_own_csv_with_mark_blank_lines_and_any_line_end_is_read(ending, tmp_path):
    text = "\ufeffuser,movie,rating\n\n1,2,3\n4,5,1".replace("\n", ending or "\n") + ending * 3
    assert tuples(read(tmp_path, text)) == [(1, 2, 3.0, NO_DAY), (4, 5, 1.0, NO_DAY)]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("86399", 0),
        ("978300760.0", 11322),
        ("-1", -1),
        ("1970-01-02", 1),
        ("2000-02-29 23:59:59", 11016),
        ("2000-02-29T23:59", 11016),
        ("2000-02-29 23:59:59.123Z", 11016),
    ],
)
def test_own_csv_timestamp_may_be_seconds_or_a_date(moment, day, tmp_path):
    data = read(tmp_path, f"user,movie,rating,timestamp\n1,2,3,{moment}\n")
    assert data.rows.days.tolist() == [day]


def test_own_csv_with_date_and_timestamp_takes_the_timestamp(tmp_path):
    text = "user,movie,rating,date,timestamp\n1,2,3,someday,86400\n"
    assert read(tmp_path, text).rows.days.tolist() == [1]


def test_own_csv_title_column_gives_the_catalogue(tmp_path):
    text = (
        'user,movie,rating,title\n1,9,3,"Matrix, The (1999)"\n1,2,4,Amélie\n'
        '2,9,5,"Matrix, The (1999)"\n2,5,1,\n'
    )
    catalogue = read(tmp_path, text).catalogue
    assert catalogue.movie_ids.tolist() == [2, 9]
    assert catalogue.titles == ["Amélie", "The Matrix"]
    assert catalogue.years == [None, 1999]


def test_own_csv_beside_a_movielens_title_file_takes_its_titles(tmp_path):
    files = {"mine.csv": b"user,movie,rating\n1,2,3\n", "movies.csv": ML_CSV["movies.csv"]}
    source = open_source(write_files(files, tmp_path))
    assert source.format == "csv"
    assert source.read().catalogue.titles[0] == "Jumanji"


@pytest.mark.parametrize("header", ["", "a,b,c,d\n"])
def test_own_csv_with_columns_said_needs_no_header(header, tmp_path):
    columns = ("movie", "-", "user", "rating")
    data = read(tmp_path, f"{header}7,x,1,3\n8,y,1,4\n", columns=columns)
    assert tuples(data) == [(1, 7, 3.0, NO_DAY), (1, 8, 4.0, NO_DAY)]


def test_own_csv_with_columns_said_reads_what_looks_like_movielens(tmp_path):
    data = read(tmp_path, "1\t2\t3\t86400\n", columns=("movie", "user", "rating", "timestamp"))
    assert tuples(data) == [(2, 1, 3.0, 1)]


def test_own_csv_with_a_delimiter_said_takes_it(tmp_path):
    assert tuples(read(tmp_path, "user movie rating\n1 2 3\n", delimiter=" ")) == [
        (1, 2, 3.0, NO_DAY)
    ]


BAD_LINES = [
    ("1,2,3\n,2,3", 3, "',2,3' has no user id"),
    ("1, ,3", 2, "'1, ,3' has no movie id"),
    ("1,2,good", 2, "'1,2,good' has the rating 'good', which is no number on the scale"),
    ("1,2,nan", 2, "'1,2,nan' has the rating 'nan'"),
    ("1,2,inf", 2, "'1,2,inf' has the rating 'inf'"),
    ("1,2,1e39", 2, "'1,2,1e39' has the rating '1e39'"),
    ("1,2,1_0", 2, "'1,2,1_0' has the rating '1_0'"),
    ("1,2,", 2, "'1,2,' has the rating ''"),
    ("1,2", 2, "'1,2' has 2 columns instead of 3"),
    ("1,2,3,4", 2, "'1,2,3,4' has 4 columns instead of 3"),
    ('1,2,"3"4', 2, "'1,2,\"3\"4' is not CSV"),
]


@pytest.mark.parametrize("form", ["folder", "zip", "tar.gz"])
@pytest.mark.parametrize(("rows", "line", "message"), BAD_LINES)
def test_own_csv_with_a_bad_line_names_it(rows, line, message, form, tmp_path):
    text = f"user,movie,rating\n{rows}\n".encode()
    with pytest.raises(RatingsFormatError) as error:
        open_source(pack(form, {"mine.csv": text}, tmp_path)).read()
    place = "data/" if form == "folder" else "data.bin!inner/"
    assert f"{place}mine.csv:{line}: " in str(error.value)
    assert message in str(error.value)
    assert "Expected 'user,movie,rating' with a finite rating" in str(error.value)


@pytest.mark.parametrize(
    ("column", "moment"),
    [
        ("date", "2023-02-29"),
        ("date", "86400"),
        ("date", "20230228"),
        ("date", "2023-02-28 25:00"),
        ("date", ""),
        ("timestamp", "1e30"),
        ("timestamp", "9783007600000000000"),
        ("timestamp", "yesterday"),
    ],
)
def test_own_csv_with_an_unreal_date_says_so(column, moment, tmp_path):
    with pytest.raises(RatingsFormatError, match=r"mine\.csv:2: .* has no real date\. Expected"):
        read(tmp_path, f"user,movie,rating,{column}\n1,2,3,{moment}\n")


@pytest.mark.parametrize("end", ["", '"7,8,1\n'])
def test_own_csv_with_a_stray_quote_loses_one_line(end, tmp_path):
    text = f'user,movie,rating\n1,2,"3\n4,5,1\n6,7,1\n{end}'
    with pytest.raises(RatingsFormatError, match=r"mine\.csv:2: '1,2,\"3' is not CSV"):
        read(tmp_path, text)
    data = read(tmp_path, text, skip_bad=1 + bool(end))
    assert tuples(data) == [(4, 5, 1.0, NO_DAY), (6, 7, 1.0, NO_DAY)]
    assert data.n_bad == 1 + bool(end)


def test_own_csv_with_bad_lines_tolerated_counts_them(tmp_path):
    data = read(tmp_path, 'user,movie,rating\n1,2,3\nx\n1,"2"2,3\n4,5,1\n', skip_bad=2)
    assert tuples(data) == [(1, 2, 3.0, NO_DAY), (4, 5, 1.0, NO_DAY)]
    assert data.n_bad == 2


def test_own_csv_with_a_scale_said_checks_against_it(tmp_path):
    scale = Scale(low=1, high=10, step=1)
    assert read(tmp_path, "user,movie,rating\n1,2,3\n", scale=scale).scale == scale
    for rating in ("11", "3.5"):
        with pytest.raises(RatingsFormatError, match=f"'{rating}', which is no number on the sca"):
            read(tmp_path, f"user,movie,rating\n1,2,{rating}\n", scale=scale)


def test_own_csv_of_a_header_only_says_that_it_holds_no_rating(tmp_path):
    with pytest.raises(SourceError, match="holds no rating"):
        read(tmp_path, "user,movie,rating\n")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("user,movie,item,rating\n", {}, "More than one column means movie"),
        ("1,2,3\n", {"columns": ("user", "movie")}, r"'user,movie' lacks \['rating'\]"),
        ("1,2,3\n", {"columns": ("user", "moive", "rating")}, r"has unknown \['moive'\]"),
        ("1,2,3,4\n", {"columns": ("user", "movie", "rating")}, "does not have the 3 columns"),
        ("1::2::3\n", {"delimiter": "::"}, "The delimiter '::' cannot separate columns"),
        ("1,2,3\n", {}, r"no known format: its first line is '1,2,3'.*--columns"),
        ("1 2 3\n", {"delimiter": " "}, r"no known format: its first line is '1 2 3'.*--columns"),
    ],
)
def test_own_csv_with_columns_that_cannot_be_says_why(text, options, message, tmp_path):
    with pytest.raises(SourceError, match=message):
        read(tmp_path, text, **options)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 3, 5], Scale(low=1, high=5, step=1)),
        ([0.5, 1, 4], Scale(low=0.5, high=4, step=0.5)),
        ([0.1, 9.9, 3.3], Scale(low=0.1, high=9.9, step=0.1)),
        ([-10, 9.25], Scale(low=-10, high=9.25, step=0)),
        ([7], Scale(low=7, high=7, step=1)),
    ],
)
def test_scale_of_takes_the_coarsest_step_that_fits(values, scale):
    assert scale_of(np.array(values, np.float32)) == scale


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=20))
def test_scale_of_any_values_holds_them_all(values):
    values = np.array(values, np.float32)
    scale = scale_of(values)
    assert scale.low <= values.min()
    assert values.max() <= scale.high


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_own_csv_with_any_line_ends_is_read_alike(end, tmp_path):
    rows = ["user,movie,rating,timestamp", *(f"{k},2,{k % 5 + 1},86400" for k in range(1, 40))]
    expected = [(k, 2, float(k % 5 + 1), 1) for k in range(1, 40)]
    assert tuples(read(tmp_path, end.join(rows) + end)) == expected
    rows[7] = "7,2,x,86400"
    with pytest.raises(RatingsFormatError, match=r"mine.csv:8: '7,2,x,86400'"):
        read(tmp_path, end.join(rows) + end)


@pytest.mark.parametrize("member", ["mine.csv", "movies.csv"])
def test_archive_that_holds_a_line_without_end_is_refused_in_little_memory(member, tmp_path):
    files = {
        "mine.csv": b"user,movie,rating\n1,1,5\n",
        "movies.csv": b"movieId,title,genres\n1,A,Drama\n",
    }
    files[member] += b"x" * (LONGEST_LINE + 2)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(SourceError, match=rf"{member}:3: the line is longer than 1,048,576"):
        open_source(tmp_path / "a.zip").read()


@pytest.mark.parametrize(
    ("header", "level", "said"),
    [
        (
            "userId,movieId,rating,timestp",
            "WARNING",
            "takes user from 'userId', movie from 'movieId', rating from 'rating'; passes over "
            "'timestp'; has no column 'date' or 'timestamp', so its ratings have no dates.",
        ),
        (
            "user,movie,rating,date",
            "INFO",
            "takes user from 'user', movie from 'movie', rating from 'rating', date from 'date'.",
        ),
    ],
)
def test_own_csv_says_which_column_it_takes_for_what(header, level, said, tmp_path, caplog):
    with caplog.at_level("INFO", "processing"):
        read(tmp_path, f"{header}\n1,2,3,1970-01-02\n")
    [record] = [record for record in caplog.records if "mine.csv" in record.getMessage()]
    assert (record.levelname, record.getMessage()) == (level, f"{tmp_path / 'mine.csv'} {said}")

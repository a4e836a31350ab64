import numpy as np
import pytest

from processing.data.readers.reading import ReadOptions
from processing.data.readers.registry import open_source
from processing.data.rows import Scale
from processing.errors import RatingsFormatError
from tests.packing import FORMS, ML_1M, ML_10M, ML_100K, ML_CSV, pack, tuples, write_files

WHOLE = Scale(low=1, high=5, step=1)
HALVES = Scale(low=0.5, high=5, step=0.5)


def check_100k(data):
    assert tuples(data) == [(186, 302, 5.0, 10320), (196, 242, 3.0, 10199), (196, 302, 1.0, 0)]
    assert data.scale == WHOLE
    assert data.catalogue.movie_ids.tolist() == [7, 242, 302]
    assert data.catalogue.titles == ["unknown", "Kolya", "The Léon"]
    assert data.catalogue.years == [None, 1996, 1994]
    assert data.catalogue.genres == [(), ("Action",), ("Action", "Drama")]
    assert list(data.folds) == ["u1", "u2"]
    assert data.folds["u1"].user_ids.tolist() == [196]
    assert data.folds["u2"].movie_ids.tolist() == [242, 302]


def check_1m(data):
    assert tuples(data) == [(1, 661, 3.0, 11322), (1, 1193, 5.0, 11322), (2, 1193, 4.0, 11322)]
    assert data.scale == WHOLE
    assert data.catalogue.titles == ["James and the Giant Peach", "Le Café"]
    assert data.catalogue.years == [1996, 1975]
    assert data.catalogue.genres == [("Animation", "Children's"), ("Drama",)]


def check_10m(data):
    assert tuples(data) == [(1, 122, 5.0, 9710), (1, 185, 4.5, 9710), (2, 122, 0.5, 10049)]
    assert data.scale == HALVES
    assert data.catalogue.titles == ["Boomerang", "The Café :: Net (a.k.a. X)"]
    assert data.catalogue.years == [1992, 1995]
    assert data.catalogue.genres == [("Comedy", "Romance"), ("Action",)]


def check_csv(data):
    assert tuples(data) == [(1, 2, 3.5, 12875), (2, 9, 0.5, -1)]
    assert data.scale == HALVES
    assert data.catalogue.titles == ["Jumanji", "Les Amélie, “The”"]
    assert data.catalogue.years == [1995, None]
    assert data.catalogue.genres == [("Adventure", "Children"), ()]
    assert data.catalogue.imdb_ids == [113_497, 211_915]
    assert data.catalogue.tmdb_ids == [8_844, None]


SETS = {
    "ml-100k": (ML_100K, "MovieLens 100K", check_100k, ("u.data", "u.item", "u1.test")),
    "ml-1m": (ML_1M, "MovieLens 1M", check_1m, ("ratings.dat", "movies.dat")),
    "ml-10m": (ML_10M, "MovieLens 10M", check_10m, ("ratings.dat", "movies.dat")),
    "ml-csv": (ML_CSV, "MovieLens", check_csv, ("ratings.csv", "movies.csv")),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("slug", SETS)
def test_movielens_is_read_from_any_container(slug, form, tmp_path):
    files, name, check, _ = SETS[slug]
    source = open_source(pack(form, files, tmp_path))
    assert (source.name, source.format, source.simulated) == (name, slug, False)
    check(source.read())


@pytest.mark.parametrize("ending", [b"\r\n", b"\n\n\n", b""])
@pytest.mark.parametrize(("slug", "name"), [(s, n) for s in SETS for n in SETS[s][3]])
def test_movielens_with_other_line_ends_reads_the_same(slug, name, ending, tmp_path):
    files, _, check, _ = SETS[slug]
    text = files[name].rstrip(b"\n")
    if ending == b"\r\n":
        text = b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")
    check(open_source(write_files({**files, name: text + ending}, tmp_path)).read())


@pytest.mark.parametrize("slug", SETS)
def test_movielens_single_file_is_read_without_titles(slug, tmp_path):
    files, _, _, (name, *_) = SETS[slug]
    write_files(files, tmp_path)
    data = open_source(tmp_path / name).read()
    assert tuples(data) == tuples(open_source(tmp_path).read())
    assert data.catalogue.titles == []
    assert data.folds == {}


@pytest.mark.parametrize("slug", ["ml-1m", "ml-10m"])
def test_movielens_single_file_of_another_name_is_recognised(slug, tmp_path):
    files, _, _, (name, *_) = SETS[slug]
    (tmp_path / "export.txt").write_bytes(files[name])
    source = open_source(tmp_path / "export.txt")
    assert source.format == slug
    assert len(source.read().rows.values) == 3


def test_movielens_100k_under_another_name_is_a_table_of_ones_own(tmp_path):
    (tmp_path / "likes.tsv").write_bytes(ML_100K["u.data"].replace(b"\t5\t", b"\t7.5\t"))
    source = open_source(tmp_path / "likes.tsv")
    assert (source.format, source.name) == ("csv", "likes.tsv")
    data = source.read()
    assert (len(data.rows.values), data.scale.high) == (3, 7.5)


def test_movielens_titles_saved_again_as_utf_8_are_read_as_such(tmp_path):
    movies = ML_1M["movies.dat"].decode("latin-1").encode()
    data = open_source(write_files({**ML_1M, "movies.dat": movies}, tmp_path)).read()
    assert data.catalogue.titles[1] == "Le Café"


@pytest.mark.parametrize(
    "rows", [b"ann,2,4,9\n", b"1,heat,4,9\n", b'"1","2","4","2005-04-02 23:53:47"\n']
)
def test_movielens_header_over_texts_or_dates_is_a_table_of_ones_own(rows, tmp_path):
    files = {**ML_CSV, "ratings.csv": b"userId,movieId,rating,timestamp\n" + rows}
    source = open_source(write_files(files, tmp_path))
    assert source.format == "csv"
    data = source.read()
    assert (len(data.rows.values), data.catalogue.titles[0]) == (1, "Jumanji")


def test_movielens_movie_twice_keeps_the_first_title_with_a_warning(tmp_path, caplog):
    files = {**ML_1M, "movies.dat": b"661::A (1990)::X\n661::B::X\n661::A (1990)::X\n"}
    assert open_source(write_files(files, tmp_path)).read().catalogue.titles == ["A"]
    assert "left out 1 rows" in caplog.text
    assert "movies.dat:2 calls movie 661 'B' after 'A (1990)'" in caplog.text


def test_movielens_without_links_has_none(tmp_path):
    files = {name: data for name, data in ML_CSV.items() if name != "links.csv"}
    catalogue = open_source(write_files(files, tmp_path)).read().catalogue
    assert (catalogue.imdb_ids, catalogue.tmdb_ids) == ([], [])
    assert catalogue.titles == ["Jumanji", "Les Amélie, “The”"]


def test_movielens_links_of_a_movie_twice_or_unknown_counts_the_first(tmp_path):
    links = ML_CSV["links.csv"] + b"2,0000001,1\n77,0000002,2\n\n"
    catalogue = open_source(write_files({**ML_CSV, "links.csv": links}, tmp_path)).read().catalogue
    assert catalogue.imdb_ids == [113_497, 211_915]


def test_movielens_links_under_another_header_name_its_line(tmp_path):
    links = b"movieId,tmdbId,imdbId\n2,8844,0113497\n"
    with pytest.raises(RatingsFormatError, match=r"links\.csv:1: 'movieId,tmdbId,imdbId' is not"):
        open_source(write_files({**ML_CSV, "links.csv": links}, tmp_path)).read()


def test_movielens_with_a_rating_off_the_scale_names_the_option(tmp_path):
    files = {**ML_CSV, "ratings.csv": b"userId,movieId,rating,timestamp\n1,2,8,9\n"}
    with pytest.raises(RatingsFormatError, match=r"--scale, such as --scale 0:10\. Correct"):
        open_source(write_files(files, tmp_path)).read()


def test_movielens_dat_without_companions_is_told_by_its_half_stars(tmp_path):
    for files, slug in ((ML_1M, "ml-1m"), (ML_10M, "ml-10m")):
        folder = tmp_path / slug
        write_files({name: files[name] for name in ("ratings.dat", "movies.dat")}, folder)
        assert open_source(folder).format == slug


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("ml-25m", "MovieLens 25M"),
        ("ml-latest-small", "MovieLens latest small"),
        ("something", "MovieLens"),
    ],
)
def test_movielens_csv_is_called_by_its_folder(folder, name, tmp_path):
    write_files(ML_CSV, tmp_path / "data" / folder)
    assert open_source(tmp_path / "data").name == name


def test_movielens_100k_without_genre_file_takes_the_known_genres(tmp_path):
    flags = "|".join("01"[k in (1, 18)] for k in range(19))
    files = {
        "u.data": ML_100K["u.data"],
        "u.item": f"1|Unforgiven (1992)|01-Jan-1992||http://z|{flags}\n".encode(),
    }
    data = open_source(write_files(files, tmp_path)).read()
    assert data.catalogue.genres == [("Action", "Western")]


BAD_LINES = [
    ("ml-100k", "u.data", b"1\t2\t3\t4\n1\t2\t3\n", 2, r"'1\t2\t3' is not such a line"),
    ("ml-100k", "u.data", b"1\t2\t3.5\t4\n", 1, r"'1\t2\t3.5\t4' has a rating"),
    ("ml-100k", "u.data", b"1\t2\t0\t4\n", 1, r"'1\t2\t0\t4' has a rating"),
    ("ml-100k", "u.data", b"1\t2\t3\t999999999999\n", 1, r"'1\t2\t3\t999999999999' has no real"),
    ("ml-100k", "u1.test", b"1\t2\t3\n", 1, r"'1\t2\t3' is not such a line"),
    ("ml-100k", "u.item", b"1|A|||\n", 1, "'1|A|||' is not such a line"),
    ("ml-100k", "u.item", b"1|A||||0|1|2\n", 1, "'1|A||||0|1|2' is not such a line"),
    ("ml-100k", "u.genre", b"unknown|0\nAction\n", 2, "'Action' is not such a line"),
    ("ml-1m", "ratings.dat", b"1::2::3::4\n1::2::4.5::4\n", 2, "'1::2::4.5::4' has a rating"),
    ("ml-1m", "ratings.dat", b"1:2:3:4\n", 1, "'1:2:3:4' is not such a line"),
    ("ml-1m", "movies.dat", b"1::A (1990)::Drama\n2::B\n", 2, "'2::B' is not such a line"),
    ("ml-10m", "ratings.dat", b"1::2::3::4\n1::2::4.3::4\n", 2, "'1::2::4.3::4' has a rating"),
    ("ml-10m", "movies.dat", b"1::Caf\xe9::Drama\n", 1, "'1::Caf\ufffd::Drama' is not utf-8 text"),
    ("ml-csv", "ratings.csv", b"1,2,5.5,9\n", 2, "'1,2,5.5,9' has a rating"),
    ("ml-csv", "ratings.csv", b"1,2,inf,9\n", 2, "'1,2,inf,9' has a rating"),
    ("ml-csv", "ratings.csv", b"1,2,5\n", 2, "'1,2,5' is not such a line"),
    ("ml-csv", "movies.csv", b"1,A, B,Drama\n", 2, "'1,A, B,Drama' is not such a line"),
    ("ml-csv", "links.csv", b"2,0113497\n", 2, "'2,0113497' is not such a line"),
    ("ml-csv", "links.csv", b"2,tt0113497,8844\n", 2, "'2,tt0113497,8844' is not such a line"),
    ("ml-csv", "links.csv", b"2,0113497,0\n", 2, "'2,0113497,0' is not such a line"),
    ("ml-csv", "movies.csv", b'1,"A,Drama\n', 2, "'1,\"A,Drama' is not such a line"),
]


@pytest.mark.parametrize("form", ["folder", "zip", "tar.gz"])
@pytest.mark.parametrize("bad", BAD_LINES, ids=lambda bad: f"{bad[0]}-{bad[1]}-{bad[4]}")
def test_movielens_with_a_bad_line_names_it(bad, form, tmp_path):
    slug, name, text, line, message = bad
    files = SETS[slug][0]
    if name.endswith(".csv"):
        text = files[name].partition(b"\n")[0] + b"\n" + text
    with pytest.raises(RatingsFormatError) as error:
        open_source(pack(form, {**files, name: text}, tmp_path)).read()
    place = "data/" if form == "folder" else "data.bin!inner/"
    assert f"{place}{name}:{line}: {message}" in str(error.value)
    assert "Expected '" in str(error.value)


def test_movielens_with_bad_lines_tolerated_counts_them_over_all_files(tmp_path):
    files = {**ML_1M, **{name: ML_1M[name] + b"bad\n" for name in ("ratings.dat", "movies.dat")}}
    folder = write_files(files, tmp_path)
    data = open_source(folder, ReadOptions(skip_bad=2)).read()
    check_1m(data)
    assert data.n_bad == 2
    with pytest.raises(RatingsFormatError, match="number 2 and --skip-bad tolerates 1"):
        open_source(folder, ReadOptions(skip_bad=1)).read()


@pytest.mark.parametrize(
    ("name", "slug", "counts", "n_titles"),
    [
        ("ml-100k.zip", "ml-100k", (100_000, 943, 1_682), 1_682),
        ("ml-1m.zip", "ml-1m", (1_000_209, 6_040, 3_706), 3_883),
    ],
)
def test_movielens_real_set_has_its_counts(name, slug, counts, n_titles, ratings_data):
    source = open_source(ratings_data(name))
    data = source.read()
    assert source.format == slug
    n_users, n_movies = len(np.unique(data.rows.user_ids)), len(np.unique(data.rows.movie_ids))
    assert (len(data.rows.values), n_users, n_movies) == counts
    assert len(data.catalogue.titles) == n_titles
    assert data.catalogue.titles[0] == "Toy Story"
    assert [len(pairs.user_ids) for pairs in data.folds.values()] == (
        [20_000] * 5 if slug == "ml-100k" else []
    )

import logging

import numpy as np
import pytest

from processing.data.readers.reading import ReadOptions
from processing.data.readers.registry import open_source
from processing.data.rows import Scale
from processing.errors import RatingsFormatError, SourceError
from tests.packing import FORMS, NETFLIX, pack, tar_of, tuples, write_files

ROWS = [
    (10, 1, 3.0, 13032),
    (10, 3, 1.0, 11016),
    (20, 1, 5.0, 12916),
    (20, 5, 2.0, 13148),
    (30, 4, 4.0, 10956),
]
TRAINING = {
    "training_set/mv_0000001.txt": b"1:\n10,3,2005-09-06\n20,5,2005-05-13\n",
    "training_set/mv_0000003.txt": b"3:\n10,1,2000-02-29\n",
    "training_set/mv_0000004.txt": b"4:\n30,4,1999-12-31\n",
    "training_set/mv_0000005.txt": b"5:\n20,2,2005-12-31\n",
}
BESIDE = {
    "movie_titles.txt": NETFLIX["movie_titles.csv"],
    "probe.txt": NETFLIX["probe.txt"],
    "qualifying.txt": NETFLIX["qualifying.txt"],
}


def check(data):
    assert tuples(data) == ROWS
    assert data.scale == Scale(low=1, high=5, step=1)
    assert data.catalogue.movie_ids.tolist() == [1, 2, 3, 4, 5]
    assert data.catalogue.titles[1:] == [
        "Roti, Kapada",
        "Smokey Joe's Café",
        "Up & Dance",
        'Rise, and "Fall", of',
    ]
    assert data.catalogue.years == [2003, None, 2001, 1994, 2004]
    assert data.catalogue.genres == [()] * 5
    assert data.probe.movie_ids.tolist() == [1, 5]
    assert data.probe.user_ids.tolist() == [20, 20]
    assert (data.n_bad, data.folds) == (0, {})


@pytest.mark.parametrize("form", FORMS)
def test_netflix_in_kaggle_form_is_read_from_any_container(form, tmp_path):
    source = open_source(pack(form, NETFLIX, tmp_path))
    assert (source.name, source.format, source.simulated) == ("Netflix Prize", "netflix", False)
    check(source.read())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unpacked", [True, False])
def test_netflix_archive_is_read_unpacked_or_not(form, unpacked, tmp_path):
    training = TRAINING if unpacked else {"training_set.tar": tar_of(TRAINING)}
    files = {f"download/{name}": data for name, data in {**training, **BESIDE}.items()}
    source = open_source(pack(form, files, tmp_path))
    assert (source.name, source.format) == ("Netflix Prize", "netflix-archive")
    check(source.read())


def test_netflix_archive_with_the_training_set_unpacked_beside_its_tar_reads_it_once(tmp_path):
    files = {**TRAINING, **BESIDE, "training_set.tar": b"not looked at"}
    check(open_source(write_files(files, tmp_path)).read())


def test_netflix_training_set_alone_is_read_without_titles(tmp_path):
    path = tmp_path / "training_set.tar"
    path.write_bytes(tar_of(TRAINING))
    data = open_source(path).read()
    assert tuples(data) == ROWS
    assert data.catalogue.titles == []
    assert data.probe is None


def test_netflix_single_file_of_any_name_is_read_without_titles(tmp_path):
    write_files({"some.thing": NETFLIX["combined_data_1.txt"], **NETFLIX}, tmp_path)
    for name in ("some.thing", "combined_data_1.txt"):
        data = open_source(tmp_path / name).read()
        assert tuples(data) == [ROWS[0], ROWS[2]]
        assert data.catalogue.titles == []


@pytest.mark.parametrize("name", ["combined_data_1.txt", "movie_titles.csv", "probe.txt"])
@pytest.mark.parametrize("ending", [b"\r\n", b"\n\n\n", b""])
def test_netflix_with_other_line_ends_reads_the_same(name, ending, tmp_path):
    text = NETFLIX[name].rstrip(b"\n")
    if ending == b"\r\n":
        text = b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")
    check(open_source(write_files({**NETFLIX, name: text + ending}, tmp_path)).read())


def test_netflix_with_a_part_missing_between_says_which(tmp_path):
    files = {name: data for name, data in NETFLIX.items() if name != "combined_data_3.txt"}
    with pytest.raises(SourceError, match=r"without combined_data_3\.txt.*add what is missing"):
        open_source(write_files(files, tmp_path))


def test_netflix_with_the_last_parts_missing_reads_the_rest_and_says_so(tmp_path, caplog):
    files = {name: data for name, data in NETFLIX.items() if name[-5] not in "34"}
    with caplog.at_level(logging.WARNING):
        data = open_source(write_files(files, tmp_path)).read()
    assert tuples(data) == ROWS[:3]
    assert data.probe.movie_ids.tolist() == [1]
    assert "there is no combined_data_3.txt, combined_data_4.txt" in caplog.text
    assert "Left out 1 probe pairs" in caplog.text


BAD_RATINGS = [
    (b"1:\n10,3,2005-09-06\n10,9,2005-09-06\n", 3, "'10,9,2005-09-06' has a rating that is no"),
    (b"1:\n10,3.5,2005-09-06\n", 2, "'10,3.5,2005-09-06' has a rating"),
    (b"1:\n10,nan,2005-09-06\n", 2, "'10,nan,2005-09-06' has a rating"),
    (b"1:\n10,3,2005-02-30\n", 2, "'10,3,2005-02-30' has no real date"),
    (b"1:\n10,3\n", 2, "'10,3' is not such a line"),
    (b"1:\nten,3,2005-09-06\n", 2, "'ten,3,2005-09-06' is not such a line"),
    (b"1:\n9223372036854775808,3,2005-09-06\n", 2, "'9223372036854775808,3,2005-09-06' has an id"),
    (b"10,3,2005-09-06\n1:\n", 1, "'10,3,2005-09-06' is a rating of no movie"),
    (b"1:\n10,3,2005-09-06\none:\n10,3,2005-09-06\n", 3, "'one:' is not such a line"),
    (b"1:\n\n\n10,3,2005-09-06 \n", 4, "'10,3,2005-09-06 ' is not such a line"),
    (b"1:\r\n10,3,2005-09-06\r\n\x00\r\n", 3, r"'\x00' is not such a line"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD_RATINGS)
@pytest.mark.parametrize("form", ["folder", "zip", "tar.gz"])
def test_netflix_with_a_bad_rating_line_names_it(form, text, line, message, tmp_path):
    files = {**NETFLIX, "combined_data_2.txt": text}
    with pytest.raises(RatingsFormatError) as error:
        open_source(pack(form, files, tmp_path)).read()
    place = "data/" if form == "folder" else "data.bin!inner/"
    assert f"{place}combined_data_2.txt:{line}: {message}" in str(error.value)
    assert "'user_id,rating,YYYY-MM-DD' with a rating of 1 to 5 by 1" in str(error.value)
    assert "--skip-bad N" in str(error.value)


BAD_TITLES = [
    (b"1,2003,A\n2,19x4,B\n", 2, "'2,19x4,B' is not such a line"),
    (b"1,2003\n", 1, "'1,2003' is not such a line"),
    (b"x,2003,A\n", 1, "'x,2003,A' is not such a line"),
    (b"1,2003,\n", 1, "'1,2003,' is not such a line"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_netflix_titles_that_a_spreadsheet_saved_read_as_before(encoding, tmp_path):
    text = '1,2001,"Café, the First",,\r\n2,NULL,Second,,,\r\n3,2003,"""A"", so",\r\n'
    files = {**NETFLIX, "movie_titles.csv": text.encode(encoding)}
    catalogue = open_source(write_files(files, tmp_path)).read().catalogue
    assert catalogue.titles == ["Café, the First", "Second", '"A", so']


@pytest.mark.parametrize(("text", "line", "message"), BAD_TITLES)
def test_netflix_with_a_bad_title_line_names_it(text, line, message, tmp_path):
    files = {**NETFLIX, "movie_titles.csv": text}
    with pytest.raises(RatingsFormatError) as error:
        open_source(write_files(files, tmp_path)).read()
    assert f"movie_titles.csv:{line}: {message}" in str(error.value)
    assert "'movie_id,year,title', the year a number or NULL" in str(error.value)


@pytest.mark.parametrize(
    ("text", "line"), [(b"1:\n20\nx\n", 3), (b"20\n", 1), (b"1:\n20\nb:\n20\n", 3), (b"\xff:\n", 1)]
)
def test_netflix_with_a_bad_probe_line_names_it(text, line, tmp_path):
    files = {**NETFLIX, "probe.txt": text}
    with pytest.raises(RatingsFormatError, match=rf"probe\.txt:{line}: .*Expected 'movie_id:', or"):
        open_source(write_files(files, tmp_path)).read()


def test_netflix_with_bad_lines_tolerated_counts_them_over_all_files(tmp_path, caplog):
    files = {
        **NETFLIX,
        "combined_data_2.txt": b"3:\nbroken,\n10,1,2000-02-29\n",
        "movie_titles.csv": NETFLIX["movie_titles.csv"] + b"broken\n",
    }
    folder = write_files(files, tmp_path)
    with caplog.at_level(logging.WARNING):
        data = open_source(folder, ReadOptions(skip_bad=2)).read()
    assert tuples(data) == ROWS
    assert data.n_bad == 2
    assert "Skipped 2 bad lines" in caplog.text
    assert "combined_data_2.txt:2: 'broken,'" in caplog.text
    with pytest.raises(RatingsFormatError, match=r"csv:6: 'broken'.*number 2 and --skip-bad tol"):
        open_source(folder, ReadOptions(skip_bad=1)).read()


def test_netflix_after_a_broken_header_gives_no_rating_to_the_movie_before(tmp_path):
    text = b"3:\n10,1,2000-02-29\n4;\n10,1,2000-02-29\n5:\n30,1,2000-02-29\n"
    data = open_source(
        write_files({"combined_data_1.txt": text}, tmp_path), ReadOptions(skip_bad=2)
    ).read()
    assert [(user, movie) for user, movie, *_ in tuples(data)] == [(10, 3), (30, 5)]
    assert data.n_bad == 2


def test_netflix_with_a_scale_said_takes_it(tmp_path):
    files = {"combined_data_1.txt": b"1:\n10,9.5,2005-09-06\n20,-1,2005-05-13\n"}
    scale = Scale(low=-1, high=10, step=0.5)
    data = open_source(write_files(files, tmp_path), ReadOptions(scale=scale)).read()
    assert data.scale == scale
    assert data.rows.values.tolist() == [9.5, -1]


def test_netflix_with_ids_of_any_sign_keeps_them(tmp_path):
    files = {"combined_data_1.txt": b"-5:\n-9223372036854775807,3,2005-09-06\n"}
    data = open_source(write_files(files, tmp_path)).read()
    assert tuples(data) == [(-(2**63) + 1, -5, 3.0, 13032)]


def test_netflix_without_any_rating_says_so(tmp_path):
    with pytest.raises(SourceError, match="holds no rating"):
        open_source(write_files({"combined_data_1.txt": b"1:\n2:\n"}, tmp_path)).read()


def test_netflix_beside_simulation_json_is_called_simulated(tmp_path):
    folder = write_files({**NETFLIX, "simulation.json": b"{}"}, tmp_path)
    source = open_source(folder)
    assert (source.name, source.simulated) == ("Simulated ratings", True)
    assert open_source(folder / "combined_data_1.txt").simulated
    sha256 = source.sha256()
    (folder / "simulation.json").unlink()
    assert open_source(folder).sha256() != sha256


def test_netflix_real_sample_has_its_counts_and_titles(ratings_data):
    source = open_source(ratings_data("netflix-prize-sample.zip"))
    data = source.read()
    assert source.format == "netflix"
    assert len(data.rows.values) == 412_554
    assert len(np.unique(data.rows.user_ids)) == 132_035
    assert len(np.unique(data.rows.movie_ids)) == 4_014
    assert data.catalogue.movie_ids.tolist() == list(range(1, 17_771))
    titles = dict(zip(data.catalogue.movie_ids.tolist(), data.catalogue.titles, strict=True))
    assert titles[6483] == "Smokey Joe's Café"
    assert titles[72] == "At Home Among Strangers, A Stranger Among His Own"
    assert data.catalogue.years.count(None) == 7

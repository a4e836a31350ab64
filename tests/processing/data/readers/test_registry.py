import pytest

from processing.data.readers.reading import ReadOptions
from processing.data.readers.registry import open_source
from processing.errors import SourceError
from tests.packing import ML_1M, ML_100K, ML_CSV, NETFLIX, OWN, pack, tuples, write_files


def test_open_source_of_a_missing_path_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"ratings' does not exist\. Expected a folder"):
        open_source(tmp_path / "ratings")


def test_open_source_of_an_empty_folder_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"is empty: there is no file in it\. Expected Netflix"):
        open_source(tmp_path)


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_open_source_of_an_empty_archive_says_so(form, tmp_path):
    with pytest.raises(SourceError, match=r"data\.bin is empty"):
        open_source(pack(form, {}, tmp_path))


def test_open_source_of_an_empty_file_says_so(tmp_path):
    (tmp_path / "ratings.csv").touch()
    with pytest.raises(SourceError, match=r"ratings\.csv is an empty file"):
        open_source(tmp_path / "ratings.csv")


def test_open_source_of_an_unknown_file_shows_its_first_line(tmp_path):
    (tmp_path / "notes").write_bytes(b"\x89PNG\r\nand so on\n")
    with pytest.raises(SourceError, match=r"notes has no known format: .*PNG.*MovieLens 100K"):
        open_source(tmp_path / "notes")


@pytest.mark.parametrize("form", ["folder", "zip", "tar.gz"])
def test_open_source_without_a_known_data_set_says_what_is_there(form, tmp_path):
    files = {"ratings.csv": b"1,31,2.5\n", "ml-1m.zip": b"x"}
    with pytest.raises(SourceError) as error:
        open_source(pack(form, files, tmp_path))
    assert "ml-1m.zip" in str(error.value)
    assert "ratings.csv begins with '1,31,2.5'" in str(error.value)
    assert "give an archive by its own path" in str(error.value)
    assert "Expected Netflix Prize data" in str(error.value)


@pytest.mark.parametrize("form", ["folder", "zip", "tar.gz"])
@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({**ML_100K, **ML_1M}, ("MovieLens 100K", "MovieLens 1M")),
        ({**NETFLIX, **ML_CSV}, ("Netflix Prize", "MovieLens")),
        (
            {f"{k}/{name}": data for k in "ab" for name, data in ML_1M.items()},
            ("a/ratings.dat", "b/ratings.dat"),
        ),
        ({"a.csv": OWN["mine.csv"], "b.csv": OWN["mine.csv"]}, ("a.csv", "b.csv")),
    ],
)
def test_open_source_with_two_data_sets_names_both(form, files, names, tmp_path):
    with pytest.raises(SourceError, match="holds 2 data sets") as error:
        open_source(pack(form, files, tmp_path))
    assert all(name in str(error.value) for name in names)


def test_open_source_takes_content_for_the_form_and_not_the_name(tmp_path):
    for name, data in (("u.data", OWN["mine.csv"]), ("ratings.csv", ML_100K["u.data"])):
        (tmp_path / name).write_bytes(data)
    assert open_source(tmp_path / "u.data").format == "csv"
    assert open_source(tmp_path / "ratings.csv").name == "ratings.csv"


def test_open_source_of_a_folder_with_a_renamed_file_recognises_it(tmp_path):
    source = open_source(write_files({"x.tsv": ML_100K["u.data"], "readme.txt": b"Hi\n"}, tmp_path))
    assert (source.format, source.name) == ("csv", "x.tsv")
    assert len(source.read().rows.values) == 3


def test_open_source_with_columns_said_needs_one_file_to_apply_them_to(tmp_path):
    options = ReadOptions(columns=("user", "movie", "rating"))
    with pytest.raises(SourceError, match=r"5 text files are there.*give the file itself"):
        open_source(write_files({f"{k}.csv": b"1,2,3\n" for k in range(5)}, tmp_path), options)


@pytest.mark.parametrize(
    ("head", "example"),
    [
        ("uid;thing;vote;when;note", "user,movie,rating,-,-"),
        ("when,reader_id,title,liked,grade", "movie,user,title,-,rating"),
        ("A1,B0001,5.0,1400000000", "user,movie,rating,-"),
    ],
)
def test_open_source_of_an_unknown_header_shows_columns_made_from_it(head, example, tmp_path):
    (tmp_path / "x.csv").write_text(f"{head}\n")
    with pytest.raises(SourceError, match=rf"such as --columns {example}\. Expected"):
        open_source(tmp_path / "x.csv")


def test_open_source_of_a_workbook_says_how_to_save_it(tmp_path):
    files = {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"<x/>"}
    with pytest.raises(SourceError, match="workbook of Excel: save its sheet as CSV"):
        open_source(pack("zip", files, tmp_path))


def test_source_when_read_then_says_which_files_it_passes_over(tmp_path, caplog):
    files = {**OWN, "notes.md": b"x", "ids.csv": b"a,b\n"}
    with caplog.at_level("INFO", "processing"):
        open_source(write_files(files, tmp_path)).read()
    assert f"{tmp_path}: passes over the files ids.csv, notes.md." in caplog.messages


def test_open_source_reads_the_same_rows_twice(tmp_path):
    source = open_source(pack("tar.gz", ML_1M, tmp_path))
    assert tuples(source.read()) == tuples(source.read())


def test_sha256_of_a_folder_follows_what_is_read(tmp_path):
    folder = write_files(ML_1M, tmp_path)
    before = open_source(folder).sha256()
    (folder / "README").write_bytes(b"not read")
    assert open_source(folder).sha256() == before
    (folder / "movies.dat").write_bytes(ML_1M["movies.dat"] + b"9::New (2000)::Drama\n")
    assert open_source(folder).sha256() != before

"""The public data sets that can be fetched: where they are, their hash and their licence."""

from dataclasses import dataclass

from processing.errors import DownloadError

_GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_NETFLIX_NOTE = (
    "The Netflix Prize data may be used for research only: no redistribution, no commercial use, "
    "no attempt to find out who a user is."
)
_GROUPLENS_NOTE = (
    "MovieLens data may be used for research only: no redistribution, no commercial use without "
    "GroupLens's permission. The README inside says how to cite it."
)


@dataclass(frozen=True, kw_only=True)
class PublicDataset:
    """A data set that anyone may fetch.

    `md5` is None where the publisher replaces the file from time to time; the hash is then read
    from the file that lies beside it, `<url>.md5`.
    """

    name: str
    title: str
    url: str
    md5: str | None
    note: str

    @property
    def file_name(self) -> str:
        """Name of the file on disk."""
        return self.url.rsplit("/", 1)[-1]


def _movielens(name: str, title: str, md5: str | None) -> PublicDataset:
    return PublicDataset(
        name=name,
        title=f"MovieLens {title}",
        url=f"{_GROUPLENS}{name}.zip",
        md5=md5,
        note=_GROUPLENS_NOTE,
    )


DATASETS = {
    dataset.name: dataset
    for dataset in (
        PublicDataset(
            name="netflix",
            title="Netflix Prize",
            url="https://archive.org/download/nf_prize_dataset.tar/nf_prize_dataset.tar.gz",
            md5="a8f23d2d76461211c6b4c0ca6df2547d",
            note=_NETFLIX_NOTE,
        ),
        _movielens("ml-100k", "100K", "0e33842e24a9c977be4e0107933c0723"),
        _movielens("ml-1m", "1M", "c4d9eecfca2ab87c1945afe126590906"),
        _movielens("ml-10m", "10M", "ce571fd55effeba0271552578f2648bd"),
        _movielens("ml-20m", "20M", "cd245b17a1ae2cc31bb14903e1204af3"),
        _movielens("ml-25m", "25M", "6b51fb2759a8657d3bfcbfc42b592ada"),
        _movielens("ml-32m", "32M", None),
        _movielens("ml-latest-small", "Latest Small", None),
        _movielens("ml-latest", "Latest", None),
    )
}


def find_dataset(name: str) -> PublicDataset:
    """The data set that is fetched by this name.

    Raises
    ------
    DownloadError
        If no data set has this name.
    """
    if name not in DATASETS:
        raise DownloadError(
            f"{name!r} is not a data set that can be fetched. Expected one of: "
            f"{', '.join(DATASETS)}."
        )
    return DATASETS[name]

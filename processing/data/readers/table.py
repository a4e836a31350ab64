"""Reader of ratings in tables of one's own: columns found by their names, or given."""

from typing import ClassVar

from processing.data.readers.reading import (
    TABLE_ENDINGS,
    Form,
    Likeness,
    Place,
    Reader,
    SingleFile,
)


class OwnTable(Reader):
    """A table of one's own, by the names of its columns, or by the columns given.

    What reads it is imported when a file may be one: other sets need not wait for Arrow.
    """

    accepts = (
        "a table (CSV, JSON lines or Parquet) with columns user, movie and rating, or with its "
        "columns named by --columns"
    )
    endings: ClassVar[tuple[str, ...]] = TABLE_ENDINGS
    takes_columns = True

    def find(self, place: Place) -> Form | None:
        """None: any name will do, so none is a sign."""
        return None

    def likeness(self, file: SingleFile) -> Likeness:
        return Likeness.HEADER if self.take(file) else Likeness.NONE

    def take(self, file: SingleFile) -> Form | None:
        from processing.data.readers.table_form import take_table

        return take_table(file)

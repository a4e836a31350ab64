"""Every exception that this package raises on purpose.

ProcessingError
├── SourceError (ValueError)            a data set that cannot be read
│   └── RatingsFormatError              a line that is not what its format promises
├── RatingsError (ValueError)           arrays that do not form valid ratings
├── ConfigError (ValueError)            a profile or setting that is wrong
├── ModelError (ValueError)             a model that cannot be fitted or loaded
│   └── DivergedError                   a model whose fit did not converge
├── UnknownIdError (LookupError)        a user or a movie that is not known
├── ReportError (ValueError)            a report that cannot be read
├── DiskError (OSError)                 a disk that has no room
├── DownloadError (OSError)             a data set that cannot be fetched
└── ReleaseError (OSError)              a release that cannot be written or read
    ├── StorageExistsError (FileExistsError)      a name that is already taken
    ├── StorageChangedError                       a name that somebody else has changed
    ├── StorageNotFoundError (FileNotFoundError)  a name that is not there
    ├── StorageUnavailableError                   a store that does not answer
    ├── ReleaseFormatError (ValueError)           files that do not form a release
    └── UnknownReleaseError (LookupError)         a release id that is not published

The command line turns each into one line on stderr and exit code 1.
"""


class ProcessingError(Exception):
    """Base of all errors raised on purpose."""


class SourceError(ProcessingError, ValueError):
    """A data set that cannot be read."""


class RatingsFormatError(SourceError):
    """A line that is not what its format promises."""


class RatingsError(ProcessingError, ValueError):
    """Arrays that do not form valid ratings."""


class ConfigError(ProcessingError, ValueError):
    """A profile or setting that is wrong."""


class ModelError(ProcessingError, ValueError):
    """A model that cannot be fitted or loaded."""


class DivergedError(ModelError):
    """A model whose fit did not converge.

    `model` is what the profile calls it, None where no profile was at work.
    """

    model: str | None = None


class UnknownIdError(ProcessingError, LookupError):
    """A user or a movie that is not known."""


class ReportError(ProcessingError, ValueError):
    """A report that cannot be read."""


class DiskError(ProcessingError, OSError):
    """A disk that has no room for what is to be written."""


class DownloadError(ProcessingError, OSError):
    """A data set that cannot be fetched."""


class ReleaseError(ProcessingError, OSError):
    """A release that cannot be written or read."""


class StorageExistsError(ReleaseError, FileExistsError):
    """A name that is already taken in a store."""


class StorageChangedError(ReleaseError):
    """A name in a store that somebody else has changed meanwhile."""


class StorageNotFoundError(ReleaseError, FileNotFoundError):
    """A name that is not in a store."""


class StorageUnavailableError(ReleaseError):
    """A store that does not answer, or refuses us."""


class ReleaseFormatError(ReleaseError, ValueError):
    """Files that do not form a readable release."""


class UnknownReleaseError(ReleaseError, LookupError):
    """A release id that is not published."""

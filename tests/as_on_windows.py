"""Ratings to a published release where what Windows refuses is refused.

Windows has no `resource`, no `os.sysconf` and no `os.sched_getaffinity`, opens no folder, knows
names without `:*?"<>|` only, and neither renames nor removes what is still open or mapped.

Run: python -m tests.as_on_windows FOLDER
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

FORBIDDEN = set(':*?"<>|')
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.link", "shutil.rmtree")
ABSENT = ("O_DIRECTORY", "fork", "getuid", "sched_getaffinity", "sysconf")


def refuse_what_windows_refuses(folder: Path) -> None:
    """From now on, in this process, for what is in `folder`."""
    sys.modules["resource"] = sys.modules["fcntl"] = None  # type: ignore[assignment]
    for name in ABSENT:
        if hasattr(os, name):
            delattr(os, name)

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in CHANGES and event != "open":
            return
        for path in (
            os.path.abspath(p) for p in arguments[:2] if isinstance(p, (str, os.PathLike))
        ):
            inside = path.startswith(f"{folder}{os.sep}")
            assert not inside or not FORBIDDEN & set(path), f"Windows knows no name such as {path}"
            if inside and event in CHANGES:
                held = [name for name in _held() if name == path or name.startswith(path + os.sep)]
                assert not held, f"{event} of {path}, but {held} is open"

    sys.addaudithook(refuse)


def _held() -> set[str]:
    """Paths of the files that this process has open or mapped."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    files = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    return {line.split(maxsplit=5)[-1] for line in maps} | set(files)


def main() -> None:
    """Simulate, train, publish, and tidy up, all in the folder that the command line names."""
    folder = Path(sys.argv[1]).resolve()
    refuse_what_windows_refuses(folder)
    from processing import pipeline
    from processing.data.ingest import load_dataset
    from processing.release.manage import prune
    from processing.release.storage import FolderStorage
    from processing.release.writer import publish
    from processing.simulation.simulate import simulate
    from tests.small_profile import PROFILE

    simulate(folder / "set", n_users=60, n_movies=40, n_ratings=900)
    dataset = load_dataset(folder / "set", folder / "cache")
    directory, _ = pipeline.run(dataset, PROFILE, folder / "runs")
    storage, figures = FolderStorage(folder / "predictions"), FolderStorage(folder / "figures")
    publish(directory / "release", storage, figures)
    prune(storage, figures, keep=1, now=datetime.now(UTC))


if __name__ == "__main__":
    main()

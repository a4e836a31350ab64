"""What this machine has, and what this process has used of it.

Windows tells Python neither: there, memory is assumed and peaks are not measured.
"""

import logging
import os
import re
import sys
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

ASSUMED_BYTES = 8 * 10**9
CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5): the peak of the resident set starts again at what is held now


def memory_bytes() -> int:
    """Main memory in bytes, or the container's limit where that is lower.

    Where the system does not tell, `ASSUMED_BYTES`, with a warning.
    """
    if not hasattr(os, "sysconf"):
        assumed = ASSUMED_BYTES / 1e9
        logger.warning(
            "This system does not tell its memory; models that fit %.0f GB are trained.", assumed
        )
        return ASSUMED_BYTES
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [int(text) for path in CGROUP_LIMITS if (text := _read(path)).isdigit()]
    return min([physical, *limits])


class PeakMemory:
    """The most memory held since this was made.

    Linux can start its count anew (the count that `time -v` shows starts anew with it). Elsewhere
    it is the most memory that the process has ever held, 0 where the system does not tell, and
    `of_whole_process` is true. Files that are mapped into memory count with the part of them that
    is there.
    """

    def __init__(self) -> None:
        self.of_whole_process = not _reset_peak()

    def bytes(self) -> int:
        """The peak so far."""
        return peak_memory_bytes()

    def __str__(self) -> str:
        if not self.bytes():
            return "peak memory not measured"
        whose = "peak memory of the process so far" if self.of_whole_process else "peak memory"
        return f"{whose} {self.bytes() / 1e9:.1f} GB"


def peak_memory_bytes() -> int:
    """Most memory, in bytes, held since `PeakMemory` was last made; 0 if the system is silent."""
    if found := re.search(r"^VmHWM:\s*(\d+) kB$", _read(STATUS), re.MULTILINE):
        return int(found[1]) * 1024
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _reset_peak() -> bool:
    """Whether the peak starts anew from now on."""
    try:
        CLEAR_REFS.write_text(RESET_PEAK)
    except OSError:
        return False
    return bool(_read(STATUS))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""

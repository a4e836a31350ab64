"""How large the installed requirements are, compressed: what Heroku counts against its 500 MB.

Run: python benchmarks/slug_size.py
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from _common import ROOT, say, write_result

LIMIT_MB = 250


def measure() -> dict[str, float]:
    """Install requirements.txt into a new environment and pack what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        pip: list[str | Path] = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-r", ROOT / "requirements.txt"], check=True)
        subprocess.run([*pip, "uninstall", "-y", "pip", "setuptools"], check=True)
        (packages,) = (Path(folder) / "lib").glob("python*/site-packages")
        packed = Path(folder) / "packages.tar.gz"
        with tarfile.open(packed, "w:gz") as archive:
            archive.add(packages, arcname="site-packages")
        installed = sum(p.stat().st_size for p in packages.rglob("*") if p.is_file())
        return {
            "compressed_mb": round(packed.stat().st_size / 1e6, 1),
            "installed_mb": round(installed / 1e6, 1),
        }


def main() -> None:
    """Write the result beside this file; fail if it is over the limit that we set ourselves."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    result = measure()
    say(write_result("slug_size", result).read_text())
    if result["compressed_mb"] > LIMIT_MB:
        sys.exit(f"{result['compressed_mb']} MB is over {LIMIT_MB} MB.")


if __name__ == "__main__":
    main()

"""Print the wheels of a folder as requirements with hashes, so that pip installs exactly these.

python deploy/hashed_requirements.py WHEELS > requirements.txt
pip install --require-hashes --no-index --find-links WHEELS -r requirements.txt
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path


def requirements(folder: Path) -> Iterator[str]:
    """Yield a line for each wheel, in the order of their names."""
    for wheel in sorted(folder.glob("*.whl"), key=lambda path: path.name.lower()):
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        yield f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in requirements(Path(sys.argv[1])))

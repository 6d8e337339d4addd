"""What a process uses: its processor time, memory, files and connections."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """What a running process has used so far, or holds now."""

    process_id: int

    def processor_time(self) -> float:
        """The processor time that it has used so far, in seconds."""
        # The name of the program, in parentheses, may hold spaces.
        after_name = self._file("stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> float:
        """The memory that it holds now, in MB."""
        status = self._file("status").read_text()
        found = re.search(r"VmRSS:\s*(\d+) kB", status)
        assert found, status
        return int(found[1]) / 1024

    def files(self) -> int:
        """How many files and connections it has open."""
        return len(list(self._file("fd").iterdir()))

    def threads(self) -> int:
        """How many threads it has."""
        return len(list(self._file("task").iterdir()))

    def _file(self, name: str) -> Path:
        return Path("/proc", str(self.process_id), name)

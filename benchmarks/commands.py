"""The time until the commands answer that people wait for: `handrail check` and `--help`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.caseload import CONFIG, RULES, Caseload
from benchmarks.figures import Figure, best

COUNT = 200
TIMES = 5


def commands(caseload: Caseload) -> Iterator[Figure]:
    """The figures of the commands, each a process from its start to its end."""
    # As where Handrail is installed: Python keeps what it compiled, which here the first of the
    # runs does.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    environment["PYTHONPYCACHEPREFIX"] = str(caseload.room / "compiled")
    folder = caseload.room / "rules"
    folder.mkdir()
    (folder / "many.yaml").write_text(_many_rules(), "utf-8")
    check, usage = best(
        TIMES,
        lambda: _handrail(environment, "check", str(folder), "--config", str(CONFIG)),
        lambda: _handrail(environment, "--help"),
    )
    yield Figure(f"handrail check of {COUNT} rules", check, "s", 1)
    yield Figure("handrail --help", usage, "s", 0.5)


def _handrail(environment: Mapping[str, str], *arguments: str) -> None:
    command = Path(sys.executable).with_name("handrail")
    subprocess.run([command, *arguments], check=True, capture_output=True, env=environment)


def _many_rules() -> str:
    """The typical rules again and again, with windows a day longer, so that no finding repeats."""
    typical = yaml.safe_load(RULES.read_text("utf-8"))
    rules = [
        {**rule, "id": f"{rule['id']}-{nth}", "when": _longer(rule["when"], nth)}
        for nth in range(COUNT // len(typical["rules"]) + 1)
        for rule in typical["rules"]
    ]
    return yaml.safe_dump(
        {**typical, "rules": rules[:COUNT]}, sort_keys=False, default_flow_style=None
    )


def _longer(written: Any, days: int) -> Any:
    if isinstance(written, dict):
        return {word: _longer(value, days) for word, value in written.items()}
    if isinstance(written, list):
        return [_longer(value, days) for value in written]
    if isinstance(written, str) and written.endswith(" days"):
        return f"{int(written.split()[0]) + days} days"
    return written

"""A new site: a folder with the configuration, rules, plans, examples and a unit of systemd."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import mkdtemp

from engine.config_schema import config_schema, for_editors
from engine.errors import UserError
from engine.new_site.config_text import config_text
from engine.sample import write_examples

_CONFIG = "config.yaml"
_SECRETS = """\
# Secrets, for this account alone. Every handrail command reads this file, and the daemon too.
# A variable that the environment sets already stays as it is. docs/config.md says which there are.
{database}
# The account of sms: gateway: twilio.
# TWILIO_ACCOUNT_SID=
# TWILIO_AUTH_TOKEN=

# Signs the lines of audit: anchor:, where audit: key: {{env: HANDRAIL_AUDIT_KEY}} is set.
# HANDRAIL_AUDIT_KEY=
"""
_NO_DATABASE = """
# The URL of a PostgreSQL database, which overrides database: in config.yaml.
# HANDRAIL_DATABASE_URL=postgresql://handrail:PASSWORD@localhost/handrail
"""


def write_site(folder: Path, now: datetime, database_url: str | None = None) -> None:
    """Write a new site, all of it or nothing.

    Args:
        folder: The folder; it may be there already if it is empty.
        now: The present instant, near which the examples lie.
        database_url: The URL of a PostgreSQL database; None for a file of SQLite.

    Raises:
        UserError: The folder holds something already, or cannot be written.
    """
    folder = folder.absolute()
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UserError(f"{folder} is not empty; name a folder that is new or empty.")
        # A folder that is there may be all that can be written, as in a container.
        beside = folder if folder.exists() else folder.parent
        beside.mkdir(parents=True, exist_ok=True)
        unfinished = Path(mkdtemp(prefix=".handrail-", dir=beside))
        try:
            _fill(unfinished, folder, now, database_url)
            _put(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.") from None


def _fill(folder: Path, final: Path, now: datetime, database_url: str | None) -> None:
    with as_file(files("engine.new_site") / "files") as shipped:
        for name in ("rules", "plans", "letters"):
            (folder / name).mkdir()
            for file in _shipped(shipped / name):
                shutil.copyfile(file, folder / name / file.name)
        shutil.copyfile(shipped / "matching.yaml", folder / "matching.yaml")
        _write(folder / "handrail.service", _unit(shipped / "handrail.service", final))
        schema = config_schema()
        _write(folder / _CONFIG, config_text(schema, (shipped / _CONFIG).read_text("utf-8")))
    _write(folder / "config.schema.json", for_editors(schema))
    given = f"\nHANDRAIL_DATABASE_URL={database_url}\n" if database_url else _NO_DATABASE
    _write(folder / ".env", _SECRETS.format(database=given))
    (folder / ".env").chmod(0o600)
    for inner in ("inbox", "var"):
        (folder / inner).mkdir(mode=0o700)
    write_examples(folder / "examples", now)


def _shipped(folder: Path) -> Iterator[Path]:
    # A trial in a working copy may have written its own schedules beside the shipped ones.
    yield from (one for one in sorted(folder.iterdir()) if one.name != "sample.yaml")


def _unit(template: Path, folder: Path) -> str:
    """Return the unit with the paths of this site and of this installation."""
    program = Path(sys.argv[0]).absolute()
    here = program if program.name == "handrail" else Path(sys.executable).parent / "handrail"
    unit = template.read_text("utf-8").replace("/opt/handrail/bin/handrail", str(here))
    if os.geteuid():  # root makes it for the service's account, which it then gives the folder to
        unit = unit.replace("User=handrail", f"User={pwd.getpwuid(os.geteuid()).pw_name}")
    return unit.replace("/srv/handrail", str(folder))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _put(unfinished: Path, folder: Path) -> None:
    """Move a finished site to its place; an empty folder stays the one that it is."""
    if not folder.exists():
        os.rename(unfinished, folder)
        return
    # config.yaml comes last, so that half a site is never taken for a whole one.
    entries = sorted(unfinished.iterdir(), key=lambda path: path.name == _CONFIG)
    moved: list[Path] = []
    try:
        for entry in entries:
            os.rename(entry, folder / entry.name)
            moved.append(folder / entry.name)
    except OSError:
        for path in moved:
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise

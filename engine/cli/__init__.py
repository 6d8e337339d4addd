"""The commands; what goes wrong is told in a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from engine.errors import HandrailError, MistakesError

# What a command imports and reads lives until it ends. Python would look through all of it again
# after each 700 new objects, which takes a twelfth of the time of a check.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def run_command_line(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command (default: this process's arguments) and exit.

    Exit codes: 0 done; 1 the command found something; 2 the user's mistake, on stderr without a
    traceback; 3 a fault of Handrail.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from engine.cli.commands import app_for
    from engine.model.printable import printable
    from engine.model.redaction import hide_passwords

    # What a command writes holds clients' data: it is for this account alone.
    os.umask(0o077)
    try:
        words = sys.argv[1:] if arguments is None else arguments
        app_for(words)(words, prog_name="handrail")
    except MistakesError as error:
        from engine.cli.mistakes import lines_of

        print(*lines_of(error.mistakes), sep="\n", file=sys.stderr)
        sys.exit(error.exit_code)
    except HandrailError as error:
        print(printable(hide_passwords(str(error))), file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception:  # the last door before the interpreter's own
        import traceback

        print(printable(hide_passwords(traceback.format_exc())), file=sys.stderr, end="")
        print(
            "This is a fault in Handrail, not in what you did; please report it.", file=sys.stderr
        )
        sys.exit(HandrailError.exit_code)
    sys.exit(0)

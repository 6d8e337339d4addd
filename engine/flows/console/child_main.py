"""What runs in the process that `child_process` begins: work comes in by stdin, messages go out."""

from __future__ import annotations

import os
import pickle
import sys

from engine.errors import UserError
from engine.flows.console.child_process import Failed, Finished, Progress

# About a tenth of the daemon's share where both want the processor. With the least share that there
# is, a busy machine would leave a person waiting for minutes.
_NICE = 10


def main() -> None:
    """Do the work, less urgently than the daemon."""
    os.nice(_NICE)
    out = sys.stdout.buffer
    # Nothing but messages may stand there, whatever a library prints.
    sys.stdout = sys.stderr

    def send(message: object) -> None:
        pickle.dump(message, out)
        out.flush()

    def report(done: int, total: int) -> None:
        send(Progress(done, total))

    try:
        work, arguments = pickle.load(sys.stdin.buffer)
        send(Finished(work(report, *arguments)))
    except UserError as error:
        send(Failed(str(error)))


if __name__ == "__main__":
    main()

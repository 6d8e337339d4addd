"""A progress bar for long work, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr, if it is a terminal; the yielded function moves it on by a number."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # Otherwise Rich prints stdout on stderr, above the bar, although a file is to receive it.
    on_the_same = sys.stdout.isatty()
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=on_the_same) as bar:
        task = bar.add_task(title, total=total)
        yield lambda more: bar.advance(task, more)

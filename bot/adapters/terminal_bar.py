"""A progress bar on a terminal: how far a long command is, on one line that is rewritten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_CELLS = 30
_SECONDS_BETWEEN = 0.1
_CLEAR_LINE = "\r\x1b[K"
_MEBIBYTE = 1024 * 1024


class TerminalBar:
    """Draws on ``stream`` at most ten times a second; the first look comes after a tenth of a second.

    Args:
        stream: a terminal.
        clock: seconds that only grow.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + _SECONDS_BETWEEN
        self._drawn = False

    def __call__(self, lines: int, done: int, size: int | None) -> None:
        """Show that ``lines`` lines are done, ``done`` bytes out of ``size``; None means that nobody knows the size."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _SECONDS_BETWEEN
        self._drawn = True
        self._stream.write(f"{_CLEAR_LINE}{_words(lines, done, size)}")
        self._stream.flush()

    def close(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()
            self._drawn = False


@contextmanager
def terminal_bar(stream: TextIO, *, wanted: bool = True) -> Iterator[TerminalBar | None]:
    """A bar for as long as the block runs; None when it is not wanted or ``stream`` is no terminal."""
    if not wanted or not stream.isatty():
        yield None
        return
    bar = TerminalBar(stream)
    try:
        yield bar
    finally:
        bar.close()


def _words(lines: int, done: int, size: int | None) -> str:
    if not size:
        return f"{lines:,} lines, {done / _MEBIBYTE:,.1f} MiB"
    # A file that grows while it is read has no honest share above all of it.
    share = min(1.0, done / size)
    cells = int(share * _CELLS)
    return f"[{'#' * cells}{'.' * (_CELLS - cells)}] {share:4.0%}  {lines:,} lines"

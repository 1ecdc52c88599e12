"""Reads and writes JSON Lines in bounded memory, however long the file or one of its lines is."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO, TextIO

from bot.domain.errors import BadInput

STANDARD_INPUT = "-"
_CHUNK_BYTES = 64 * 1024


def read_lines(
    file: str, most_bytes: int, progress: Callable[[int, int, int | None], None] | None = None
) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file, numbered from 1 and without their ends; None for one of more than ``most_bytes``.

    ``-`` is the standard input. ``progress`` hears after each line: its number, the bytes read so far, and the
    file's size, which is None for what is no plain file.

    Raises:
        BadInput: ``unreadable``, when the file can't be opened or read, with the reason of the system.
    """
    try:
        with nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else Path(file).open("rb") as source:
            size = _size(source)
            done = 0
            for number, (body, taken) in enumerate(_bodies(source, most_bytes), start=1):
                yield number, body
                done += taken
                if progress is not None:
                    progress(number, done, size)
    except OSError as error:
        raise BadInput("unreadable", error.strerror or str(error), file) from error


def write_lines(out: TextIO, rows: Iterable[Mapping[str, object]]) -> None:
    """Write each row as one line of ASCII; ends early and quietly when nobody reads any more."""
    try:
        out.writelines(json.dumps(row) + "\n" for row in rows)
        out.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _bodies(source: BinaryIO, most_bytes: int) -> Iterator[tuple[bytes | None, int]]:
    """Each line, and how many bytes it took."""
    # Room for the line's end, which is at most two bytes.
    while line := source.readline(most_bytes + 2):
        body, taken = line.rstrip(b"\r\n"), len(line)
        if len(body) > most_bytes or (taken == most_bytes + 2 and not line.endswith(b"\n")):
            taken += 0 if line.endswith(b"\n") else _skip_line(source)
            yield None, taken
        else:
            yield body, taken


def _skip_line(source: BinaryIO) -> int:
    taken = 0
    while chunk := source.readline(_CHUNK_BYTES):
        taken += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return taken


def _size(source: BinaryIO) -> int | None:
    try:
        status = os.fstat(source.fileno())
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None

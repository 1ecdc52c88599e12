"""How the SQLite tests reach behind the log: other programs on its file, and processes of their own."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_TESTS = Path(__file__).parents[1]


@contextlib.contextmanager
def other_program(path: Path) -> Iterator[sqlite3.Connection]:
    """A second connection, as of someone who opens the file with another program."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def start_script(name: str, *arguments: object) -> subprocess.Popen[bytes]:
    """Start one of the scripts in ``tests/adapters`` as a process of its own, with pipes to both its outputs."""
    command = [sys.executable, str(_TESTS / "adapters" / name), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(_TESTS.parent)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment)  # noqa: S603 - Our own script.

"""Lines are read in bounded memory, and the bar on the terminal says how far."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest

from bot.adapters.json_lines import read_lines
from bot.adapters.terminal_bar import TerminalBar, terminal_bar
from bot.domain.errors import BadInput


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\n\r\nb", [b"a", b"", b"b"]),
        (b"12345678\n", [b"12345678"]),
        (b"12345678\r\nx\n", [b"12345678", b"x"]),
        (b"123456789\nx\n", [None, b"x"]),
        (b"1234567890\nx\n", [None, b"x"]),
        (b"123456789012345\r\nx\n", [None, b"x"]),
        (b"123456789", [None]),
        (b"1234567890" * 30, [None]),
    ],
)
def test_lines_come_without_their_ends(tmp_path: Path, content: bytes, expected: list[bytes | None]) -> None:
    """Either line end is one, the last line needs none, and a line above the bound is left out as a whole."""
    file = tmp_path / "lines"
    file.write_bytes(content)
    assert list(read_lines(str(file), 8)) == list(enumerate(expected, start=1))


def test_a_long_line_is_never_held_whole(tmp_path: Path) -> None:
    """A line of 64 MiB takes less than one of memory, and what stands behind it is read."""
    file = tmp_path / "lines"
    with file.open("wb") as out:
        for _ in range(64):
            out.write(b"x" * 1024 * 1024)
        out.write(b"\nlast")
    tracemalloc.start()
    try:
        assert list(read_lines(str(file), 1024)) == [(1, None), (2, b"last")]
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    """The last report says that the whole file is done, long lines included."""
    file = tmp_path / "lines"
    file.write_bytes(b"short\n" + b"x" * 500 + b"\r\nend\n")
    heard: list[tuple[int, int, int | None]] = []
    list(read_lines(str(file), 8, lambda *report: heard.append(report)))
    assert [report[0] for report in heard] == [1, 2, 3]
    assert heard[-1][1:] == (file.stat().st_size, file.stat().st_size)


def test_a_missing_file_says_why(tmp_path: Path) -> None:
    """The system's reason and the file's name are in the error."""
    with pytest.raises(BadInput, match="No such file") as caught:
        list(read_lines(str(tmp_path / "none"), 8))
    assert caught.value.code == "unreadable"
    assert caught.value.at.endswith("none")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        """As a terminal says."""
        return True


def test_the_bar_is_drawn_ten_times_a_second() -> None:
    """It shows a share where the size is known and a count where it is not, and goes away at the end."""
    moments = iter([0.0, 0.05, 0.2, 0.25, 0.4])
    stream = _Terminal()
    bar = TerminalBar(stream, lambda: next(moments))
    bar(1, 10, 100)
    assert stream.getvalue() == ""
    bar(2, 50, 100)
    assert "[###############...............]  50%  2 lines" in stream.getvalue()
    bar(3, 75, 100)
    assert "75%" not in stream.getvalue()
    bar(1_000, 3 * 1024 * 1024, None)
    assert "1,000 lines, 3.0 MiB" in stream.getvalue()
    bar.close()
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("stream", "wanted"), [(io.StringIO(), True), (_Terminal(), False)])
def test_there_is_no_bar_where_nobody_looks(stream: io.StringIO, wanted: bool) -> None:  # noqa: FBT001 - parametrized.
    """A pipe gets no bar, and neither does a terminal that shows the output itself."""
    with terminal_bar(stream, wanted=wanted) as bar:
        assert bar is None
    assert stream.getvalue() == ""


def test_a_bar_that_was_never_drawn_leaves_no_trace() -> None:
    """A short run writes nothing at all."""
    stream = _Terminal()
    with terminal_bar(stream) as bar:
        assert bar is not None
    assert stream.getvalue() == ""

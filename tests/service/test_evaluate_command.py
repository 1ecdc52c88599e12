"""``anchorwatch evaluate``: from a file of messages to lines of JSON."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli import main
from tests.records import bundle_source, cloudtrail_record, eventbridge, make_ca, sns


def lines_of(text: str) -> list[dict[str, object]]:
    """The objects that were printed."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """A log file's body, an event in two wrappings, a bad line and an empty one."""
    file = tmp_path / "messages.jsonl"
    log_file = {"Records": [cloudtrail_record(), cloudtrail_record("DeleteTrustAnchor")]}
    kept = [json.dumps(log_file), json.dumps(sns(eventbridge(cloudtrail_record()))), "{", "", '{"some": "thing"}']
    file.write_text("\n".join(kept) + "\n")
    return file


def test_a_file_is_judged_line_by_line(messages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every event is one line of output, bad lines are errors, and the run goes on to the end."""
    assert main(["evaluate", str(messages)]) == 0
    rows = lines_of(capsys.readouterr().out)
    assert [(row["line"], row["index"], row["answer"]) for row in rows] == [
        (1, 0, "alert"),
        (1, 1, "ignore"),
        (2, 0, "alert"),
        (3, 0, "error"),
        (4, 0, "ignore"),
        (5, 0, "error"),
    ]
    assert rows[0]["rule"] == {"v1": True, "v6": True}
    assert all(len(str(one)) == 64 for one in rows[0]["certificates"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["evaluate"], ["evaluate", "-"]])
def test_standard_input_is_read(
    arguments: list[str], messages: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file, and with a dash, the messages come from standard input."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(messages.read_bytes())))
    assert main(arguments) == 0
    assert len(lines_of(capsys.readouterr().out)) == 6


def test_a_file_that_can_t_be_read_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a folder end with exit code 2 and one sentence."""
    for file in (tmp_path / "none.jsonl", tmp_path):
        assert main(["evaluate", str(file)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1


def test_hostile_text_stays_on_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line ends of every kind, lone surrogates and escapes in an event give one line of ASCII."""
    hostile = "x\n\u2028\x85\x1b[2J\ud800<!channel>"
    file = tmp_path / "messages.jsonl"
    file.write_text(json.dumps(cloudtrail_record(awsRegion=hostile, eventID=hostile, userAgent=hostile)) + "\n")
    assert main(["evaluate", str(file)]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert printed.count("\n") == 1
    assert "\x1b" not in printed


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """When the next program in the pipe ends early, so do we, quietly."""
    file = tmp_path / "messages.jsonl"
    record = json.dumps(cloudtrail_record(source=bundle_source(make_ca())))
    file.write_text(f"{record}\n" * 500)
    command = [sys.executable, "-m", "bot.cli", "evaluate", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path.cwd()) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0

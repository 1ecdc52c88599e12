"""The command: exit codes, one line for each mistake, and no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.adapters.sqlite_schema import sqlite_path
from bot.domain.errors import BadInput
from tests.fakes.chains import CASE, NOON, OTHER, piece
from tests.test_settings import GOOD

ROOT = Path(__file__).parent.parent


def anchorwatch(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "bot.cli", *words]
    return subprocess.run(  # noqa: S603 - Our own command.
        command, env={**own, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case log with two cases, and the setting that names it."""
    url = f"sqlite:///{tmp_path / 'cases.db'}"

    async def fill() -> None:
        log = SqliteLog.open(sqlite_path(url))
        await log.append(piece(CASE, 3, by="slack:U1"), wake_at=None)
        await log.append(piece(OTHER, 2), wake_at=None)
        await SqliteQuarantine(log.file).keep(b"{\xff", BadInput("not_utf8", "no UTF-8", "body"), "SQS", NOON)
        await log.close()

    asyncio.run(fill())
    monkeypatch.setenv("ANCHORWATCH_STORE", url)
    return url


def test_run_with_wrong_settings_says_each_in_a_line() -> None:
    """Exit 2, one line a mistake on stderr, nothing else."""
    done = anchorwatch("run", SLACK_BOT_TOKEN="nonsense", ANCHORWATCH_CHANNEL="#alerts")
    names = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert (done.returncode, done.stdout) == (2, "")
    missing = ["ANCHORWATCH_RESPONDERS", "ANCHORWATCH_APPROVERS", "SLACK_SIGNING_SECRET"]
    assert names == ["SLACK_BOT_TOKEN", "ANCHORWATCH_CHANNEL", *missing]


def test_run_without_slack_says_which_setting(tmp_path: Path) -> None:
    """A Slack that does not answer is a wrong setting too."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/"
        done = anchorwatch(
            "run", **GOOD, ANCHORWATCH_SLACK_API_URL=url, ANCHORWATCH_STORE=f"sqlite:///{tmp_path / 'cases.db'}"
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("ANCHORWATCH_SLACK_API_URL: Slack gives no answer")
    assert "Traceback" not in done.stderr


def test_run_without_a_place_for_the_log_fails_in_one_line(tmp_path: Path) -> None:
    """A case log that can't be opened: exit 1, one line."""
    (tmp_path / "file").touch()
    nowhere = {"ANCHORWATCH_SLACK_API_URL": "http://127.0.0.1:9/api/"}
    done = anchorwatch("run", **GOOD, **nowhere, ANCHORWATCH_STORE=f"sqlite:///{tmp_path / 'file' / 'cases.db'}")
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["anchorwatch"]


@pytest.mark.parametrize("words", [[], ["nonsense"], ["audit"], ["audit", "export"], ["run", "--no-such-option"]])
def test_wrong_use_is_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Words that the command does not know: exit 2 and how it is used."""
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert "usage: anchorwatch" in capsys.readouterr().err


def test_export_prints_the_case(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line with the promised fields, for this case only."""
    del store
    assert cli.main(["audit", "export", CASE]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["seq"], line["by"]) for line in lines] == [(1, "slack:U1"), (2, "slack:U1"), (3, "slack:U1")]
    assert all({"at", "kind", "data", "prev_hash", "hash"} <= set(line) for line in lines)


@pytest.mark.parametrize("case_id", ["AW-NONE000000", "", "../../etc/passwd", "AW-0123456789\n", "é"])
def test_export_of_no_case_fails(store: str, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 and one line for a case that the log does not have."""
    del store
    assert cli.main(["audit", "export", case_id]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("anchorwatch: there is no case")


def test_verify_holds(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole log verifies, and so does an export of it."""
    del store
    assert cli.main(["audit", "verify"]) == 0
    cli.main(["audit", "export", CASE])
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(capsys.readouterr().out.splitlines()[-3:]) + "\n")
    assert cli.main(["audit", "verify", str(export)]) == 0


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        (lambda lines: [lines[0], lines[1].replace('"number":1', '"number":7'), lines[2]], 2),
        (lambda lines: [lines[0], lines[1].replace("slack:U1", "slack:U2"), lines[2]], 2),
        (lambda lines: [lines[0], lines[2]], 3),
        (lambda lines: [lines[1], lines[0], lines[2]], 2),
        (lambda lines: lines[:2], 2),
        (lambda lines: [*lines, lines[2]], 3),
        (lambda lines: [lines[0], "{", lines[2]], None),
        (lambda lines: [lines[0], lines[1][:40] + "\udcff" + lines[1][41:], lines[2]], None),
    ],
    ids=["changed", "other person", "dropped", "reordered", "cut short", "repeated", "no JSON", "no text"],
)
def test_verify_finds_the_first_bad_entry(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: object, seq: int | None
) -> None:
    """Exit 1 for anything changed, dropped, moved or cut, and the entry where it shows."""
    del store
    assert callable(change)
    cli.main(["audit", "export", CASE])
    export = tmp_path / "export.jsonl"
    changed = "\n".join(change(capsys.readouterr().out.splitlines())) + "\n"
    export.write_bytes(changed.encode("utf-8", "surrogateescape"))
    assert cli.main(["audit", "verify", str(export)]) == 1
    said = capsys.readouterr().out
    assert CASE in said or seq is None
    assert seq is None or str(seq) in said


def test_verify_of_no_file_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there: exit 2 and one line."""
    export = tmp_path / "export.jsonl"
    assert cli.main(["audit", "verify", str(export)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_quarantine_lists_what_was_put_aside(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each message that nobody understood, whole, with the reason."""
    del store
    assert cli.main(["quarantine"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    kept = json.loads(line)
    assert (kept["where"], kept["code"], kept["body"]) == ("SQS", "not_utf8", "{�")


@pytest.mark.parametrize("words", [["audit", "export", CASE], ["audit", "verify"], ["quarantine"]])
def test_reading_a_log_that_is_not_there_makes_none(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong path is an error, not an empty log that was just made."""
    path = tmp_path / "cases.db"
    monkeypatch.setenv("ANCHORWATCH_STORE", f"sqlite:///{path}")
    assert cli.main(words) == 1
    assert capsys.readouterr().err.startswith("anchorwatch: ")
    assert not path.exists()


def test_a_wrong_store_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The audit commands name the one setting that they need."""
    monkeypatch.setenv("ANCHORWATCH_STORE", "cases.db")
    assert cli.main(["audit", "verify"]) == 2
    assert capsys.readouterr().err == "ANCHORWATCH_STORE: must be sqlite:///path\n"

"""``anchorwatch codes``: what it writes is what the bot checks against."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest

from bot import cli
from bot.adapters.code_secrets import CodeSecrets


def printed_by(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints that does its work."""
    assert cli.main(["codes", *words]) == 0
    return capsys.readouterr().out


def test_from_a_key_to_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new key, a new secret, the list and its end: the file holds what was printed, encrypted."""
    path = tmp_path / "codes.json"
    key = printed_by(capsys, "new-key").strip()
    monkeypatch.setenv("ANCHORWATCH_CODES", str(path))
    monkeypatch.setenv("ANCHORWATCH_CODE_KEYS", key)
    secret, link = (line.split()[1] for line in printed_by(capsys, "add", "U0123456789").splitlines())
    assert CodeSecrets(path, [key]).secret_of("U0123456789") == secret
    assert pyotp.parse_uri(link).secret == secret
    assert secret not in path.read_text()
    assert printed_by(capsys, "list") == "U0123456789\n"
    printed_by(capsys, "remove", "U0123456789")
    assert printed_by(capsys, "list") == ""
    assert cli.main(["codes", "remove", "U0123456789"]) == 1


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("", "ANCHORWATCH_CODES and ANCHORWATCH_CODE_KEYS: both must be set for this"),
        ("short", "ANCHORWATCH_CODE_KEYS: is not what `anchorwatch codes new-key` prints"),
    ],
)
def test_without_a_sound_key_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str, line: str
) -> None:
    """One line names the setting, and there is no file."""
    monkeypatch.setenv("ANCHORWATCH_CODES", str(tmp_path / "codes.json"))
    monkeypatch.setenv("ANCHORWATCH_CODE_KEYS", key)
    assert cli.main(["codes", "add", "U0123456789"]) == 2
    assert capsys.readouterr().err == line + "\n"
    assert list(tmp_path.iterdir()) == []


def test_a_user_is_named_by_id(capsys: pytest.CaptureFixture[str]) -> None:
    """A name is refused before anything is read."""
    with pytest.raises(SystemExit):
        cli.main(["codes", "add", "@ava"])
    assert "must be a Slack user id such as U0123456789" in capsys.readouterr().err

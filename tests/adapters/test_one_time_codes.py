"""Codes against a real file, real encryption, and the vectors of the RFC."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from bot.adapters.code_secrets import CodeSecrets, is_key, new_key
from bot.adapters.one_time_codes import OneTimeCodes, enrolment_uri, new_secret
from bot.domain.code_check import CodeCheck
from bot.domain.errors import BadInput
from tests.fakes.memory_code_uses import MemoryCodeUses
from tests.fakes.memory_log import MemoryDisk

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
# See: https://www.rfc-editor.org/rfc/rfc6238#appendix-B (the last six of its eight digits).
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}


@pytest.fixture
def secrets(tmp_path: Path) -> CodeSecrets:
    """An empty file."""
    return CodeSecrets(tmp_path / "codes.json", [new_key()])


@pytest.fixture
def codes(secrets: CodeSecrets) -> OneTimeCodes:
    """Checks codes of that file."""
    return OneTimeCodes(secrets, MemoryCodeUses(MemoryDisk()))


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
async def test_vectors_of_the_rfc(secrets: CodeSecrets, codes: OneTimeCodes, seconds: int, code: str) -> None:
    """Codes are those that the RFC lists, with or without the space that apps show."""
    secrets.keep("U1", RFC_SECRET)
    spaced = f" {code[:3]} {code[3:]}"
    assert await codes.check("U1", spaced, datetime.fromtimestamp(seconds, UTC)) is CodeCheck.RIGHT


@pytest.mark.parametrize(("late_seconds", "check"), [(-31, "wrong"), (0, "right"), (59, "right"), (60, "wrong")])
async def test_a_clock_may_be_one_step_off(
    secrets: CodeSecrets, codes: OneTimeCodes, late_seconds: int, check: str
) -> None:
    """A code counts during its own step, the one before and the one behind it, and no longer."""
    secrets.keep("U1", RFC_SECRET)
    code = pyotp.TOTP(RFC_SECRET).at(NOON)
    assert (await codes.check("U1", code, NOON + timedelta(seconds=late_seconds))).value == check


@pytest.mark.parametrize("code", ["", "0", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345\x00", "9" * 10_000])
async def test_any_text_is_just_wrong(secrets: CodeSecrets, codes: OneTimeCodes, code: str) -> None:
    """Whatever somebody types is no error."""
    secrets.keep("U1", RFC_SECRET)
    assert await codes.check("U1", code, NOON) is CodeCheck.WRONG


async def test_who_has_no_secret_has_no_code(codes: OneTimeCodes) -> None:
    """Before anybody was given one there is not even a file."""
    assert await codes.check("U1", "123456", NOON) is CodeCheck.NOT_ENROLLED


async def test_a_new_secret_counts_at_once(secrets: CodeSecrets, codes: OneTimeCodes) -> None:
    """The file is read at each check, so that nobody has to restart the bot at night."""
    secrets.keep("U1", new_secret())
    secrets.keep("U1", RFC_SECRET)
    assert await codes.check("U1", pyotp.TOTP(RFC_SECRET).at(NOON), NOON) is CodeCheck.RIGHT
    assert secrets.drop("U1")
    assert not secrets.drop("U1")
    assert await codes.check("U1", "123456", NOON) is CodeCheck.NOT_ENROLLED


def test_secrets_are_encrypted_at_rest(tmp_path: Path) -> None:
    """The file holds no secret, is for its owner only, and another key does not open it."""
    path, key = tmp_path / "codes.json", new_key()
    CodeSecrets(path, [key]).keep("U1", RFC_SECRET)
    assert RFC_SECRET not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["codes.json"]
    with pytest.raises(BadInput, match="none of ANCHORWATCH_CODE_KEYS opens this secret"):
        CodeSecrets(path, [new_key()]).check_all()


def test_keys_can_be_changed(tmp_path: Path) -> None:
    """A new key in front encrypts what is new, and the old one behind it still opens what is old."""
    path, old, new = tmp_path / "codes.json", new_key(), new_key()
    CodeSecrets(path, [old]).keep("U1", RFC_SECRET)
    both = CodeSecrets(path, [new, old])
    both.keep("U2", RFC_SECRET)
    both.check_all()
    assert CodeSecrets(path, [new]).secret_of("U2") == RFC_SECRET
    assert both.people() == ("U1", "U2")


def test_one_persons_secret_can_not_stand_behind_anothers_name(tmp_path: Path) -> None:
    """Who can write the file and has no key can't take a colleague's secret for their own."""
    path, key = tmp_path / "codes.json", new_key()
    secrets = CodeSecrets(path, [key])
    secrets.keep("U1", RFC_SECRET)
    path.write_text(json.dumps({"U2": json.loads(path.read_text())["U1"]}))
    with pytest.raises(BadInput, match="made for somebody else"):
        secrets.secret_of("U2")


@pytest.mark.parametrize("content", ["", "[]", '{"U1": 5}', "\x00", '{"U1": "not a token"}'])
async def test_a_broken_file_lets_nobody_through(tmp_path: Path, content: str) -> None:
    """It is said in the log, and no code counts."""
    path = tmp_path / "codes.json"
    path.write_text(content)
    codes = OneTimeCodes(CodeSecrets(path, [new_key()]), MemoryCodeUses(MemoryDisk()))
    assert await codes.check("U1", "123456", NOON) is CodeCheck.UNREADABLE


def test_the_link_names_the_person_and_us() -> None:
    """An app shows whose code it is and what for."""
    assert enrolment_uri("U1", RFC_SECRET) == f"otpauth://totp/Anchorwatch:U1?secret={RFC_SECRET}&issuer=Anchorwatch"
    assert is_key(new_key())
    assert not is_key("short")

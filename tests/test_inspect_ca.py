"""``anchorwatch inspect-ca`` prints what a bundle holds, as a table and as JSON, and never a key or a raw control."""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import main
from bot.inspect_ca import inspect_ca
from tests import authorities, records

CA = authorities.sound_ca(path_length=1)
PEM = authorities.pem(CA)
KEY = records.make_private_key_pem()
FIELDS = [
    *("subject", "issuer", "serial_hex", "sha256", "spki_sha256", "not_before", "not_after", "key_type", "key_bits"),
    *("signature_algorithm", "is_ca", "path_length", "key_usage", "self_issued", "self_signed"),
]


def inspected(data: bytes | str) -> dict[str, Any]:
    """The JSON object for a file's content, judged a quarter after the CA was made."""
    raw = data.encode() if isinstance(data, str) else data
    found: dict[str, Any] = json.loads(inspect_ca(raw, records.HAPPENED_AT).as_json())
    return found


def test_the_object_has_these_fields_and_no_others() -> None:
    """A sound CA: every field in its form, no findings, no errors."""
    found = inspected(PEM)
    assert list(found) == ["certificates", "findings", "errors"]
    (one,) = found["certificates"]
    assert list(one) == FIELDS
    assert (found["findings"], found["errors"]) == ([], [])
    assert (one["not_before"], one["serial_hex"]) == ("2026-08-22T09:30:12Z", "7")
    assert (one["key_type"], one["key_bits"], one["path_length"]) == ("EC", 256, 1)
    assert (one["key_usage"], one["is_ca"], one["self_signed"]) == (["keyCertSign", "cRLSign"], True, True)


@pytest.mark.parametrize(
    "data",
    [
        PEM.encode("utf-16"),
        b"\xef\xbb\xbf" + PEM.encode(),
        CA.public_bytes(Encoding.DER),
        "".join(PEM.splitlines()[1:-1]).encode(),
        "\n".join(PEM.splitlines()[1:-1]).encode(),
        b"\xff\xfe".join([b"# odd bytes", b""]) + PEM.encode(),
    ],
)
def test_files_in_any_encoding_are_read(data: bytes) -> None:
    """PEM in other encodings, DER and bare base64 give the same certificate."""
    assert inspected(data)["certificates"] == inspected(PEM)["certificates"]


def test_broken_blocks_are_errors_with_their_place() -> None:
    """Each has a line of its own, and the good ones are read."""
    broken = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"
    found = inspected(f"{broken}{PEM}-----BEGIN CERTIFICATE-----\nMII")
    assert len(found["certificates"]) == 1
    assert [(one["code"], one["at"].split(",")[0]) for one in found["errors"]] == [
        ("unreadable_certificate", "line 1"),
        ("broken_block", f"line {4 + len(PEM.splitlines())}"),
    ]


@pytest.mark.parametrize(
    "key",
    [KEY.encode(), records.make_key("ec").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())],
)
def test_a_key_alone_is_flagged_and_not_shown(key: bytes) -> None:
    """In PEM or DER: nothing can be read, and that a key was there is said."""
    found = inspected(key)
    assert [one["code"] for one in found["findings"]] == ["private_key_inside"]
    assert [one["code"] for one in found["errors"]] == ["no_certificate"]


def test_a_key_among_certificates_is_not_shown() -> None:
    """Neither form of the output holds a line of it."""
    inspection = inspect_ca((PEM + KEY).encode())
    assert inspection.findings[0].code == "private_key_inside"
    for line in KEY.splitlines()[1:-1]:
        assert line not in inspection.as_json() + inspection.as_table()


def test_a_bundle_that_is_too_long_says_so() -> None:
    """What stands behind the longest bundle that AWS takes is not read."""
    found = inspected(PEM + " " * 204_800 + authorities.pem(authorities.sound_ca("CN=Behind")))
    assert len(found["certificates"]) == 1
    assert [one["code"] for one in found["errors"]] == ["too_long"]


def test_findings_name_their_certificates() -> None:
    """A new CA with a tool's name gives both findings, with its fingerprint."""
    new = authorities.sound_ca(
        "O=mkcert development CA,CN=mkcert a@b", not_before=records.HAPPENED_AT - timedelta(minutes=4)
    )
    found = inspected(authorities.pem(new))
    sha256 = found["certificates"][0]["sha256"]
    assert [(one["code"], one["certificate"]) for one in found["findings"]] == [
        ("fresh_ca", sha256),
        ("tool_default", sha256),
    ]
    assert "made 4 minutes before the given time" in found["findings"][0]["message"]


def test_the_table_shows_hostile_text_escaped() -> None:
    """Escape sequences, line breaks and text that runs backwards are spelled out."""
    table = inspect_ca(authorities.pem(authorities.sound_ca("CN=a\x1b[2J\nb\u202ec")).encode()).as_table()
    assert "CN=a[U+001B][2J↵b[U+202E]c" in table.replace("\\0A", "↵")
    assert table.replace("\n", "").isprintable()


def test_the_table_is_aligned() -> None:
    """Values begin in one column."""
    rows = inspect_ca(PEM.encode()).as_table().splitlines()[1:8]
    assert {len(row) - len(row[2:].lstrip().partition("  ")[2].lstrip()) for row in rows} == {15}


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
def test_no_line_is_longer_than_the_terminal(columns: int) -> None:
    """Long names and sentences go on below where they began, and nothing of them is lost; 60 columns are the least."""
    ca = authorities.sound_ca(",".join(f"OU=unit number {n}" for n in range(30)), lifetime=timedelta(days=7000))
    inspection = inspect_ca(authorities.pem(ca).encode() + KEY.encode())
    whole, lines = inspection.as_table(), inspection.as_table(columns).splitlines()
    assert max(map(len, lines)) <= max(columns, 60)
    assert "".join("".join(lines).split()) == "".join(whole.split())


def test_the_command_breaks_lines_on_a_terminal_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written to a file, a line stays whole, so that it can be searched."""
    file = tmp_path / "key.pem"
    file.write_text(PEM + KEY)
    monkeypatch.setenv("COLUMNS", "70")
    main(["inspect-ca", str(file)])
    assert "A private key stands among the certificates. It was not kept." in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    main(["inspect-ca", str(file)])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 70


def test_a_terminal_with_few_letters_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in another script is spelled out where the output can't take its letters."""
    file, written = tmp_path / "ca.pem", io.BytesIO()
    file.write_text(authorities.pem(authorities.sound_ca("CN=\u6839 Root")))
    with io.TextIOWrapper(written, encoding="ascii") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert main(["inspect-ca", str(file)]) == 0
        stdout.flush()
        assert b"CN=\\u6839 Root" in written.getvalue()


def test_a_reader_that_has_enough_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the other end of a pipe is closed, the command ends with 1 and without a trace."""
    file = tmp_path / "ca.pem"
    file.write_text(PEM)
    other_end, end = os.pipe()
    os.close(other_end)
    with os.fdopen(end, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert main(["inspect-ca", str(file)]) == 1


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=500), st.text(max_size=300).map(str.encode)))
def test_any_file_is_answered(data: bytes) -> None:
    """Whatever is in a file: a certificate, or an error that says there is none."""
    inspection = inspect_ca(data)
    assert inspection.ca.certificates or inspection.errors[-1].code == "no_certificate"
    json.loads(inspection.as_json())
    assert inspection.as_table().replace("\n", "").isprintable()


def test_the_command_answers_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 when something was read, 1 when nothing was, 2 when the file can't be read."""
    good, empty = tmp_path / "good.pem", tmp_path / "empty"
    good.write_text(PEM)
    empty.write_text("nothing")
    assert main(["inspect-ca", "--json", str(good)]) == 0
    assert len(json.loads(capsys.readouterr().out)["certificates"]) == 1
    assert main(["inspect-ca", "--at", "2026-11-20T09:30:00", str(good)]) == 0
    assert "No findings" in capsys.readouterr().out
    assert main(["inspect-ca", "--json", str(empty)]) == 1
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "no_certificate"
    for missing in (str(tmp_path / "none"), str(tmp_path), "bad\0name"):
        assert main(["inspect-ca", missing]) == 2
    assert capsys.readouterr().out == ""


def test_a_strange_name_is_marked_and_found() -> None:
    """A subject that only looks Latin, with a character that nobody sees: said behind it, and as a finding."""
    pem = authorities.pem(authorities.sound_ca("CN=\u0410mazon\u200b Root CA 9"))
    mark = "looks like Latin but has 1 Cyrillic letter, 1 invisible character"
    table = inspect_ca(pem.encode(), records.HAPPENED_AT).as_table()
    assert f"mazon[U+200B] Root CA 9 ({mark})" in table
    found = [one["message"] for one in inspected(pem)["findings"] if one["code"] == "strange_name"]
    assert found == [f"A certificate's subject {mark}."]


def test_a_name_in_another_script_is_not_strange() -> None:
    """A Russian CA is no look-alike."""
    pem = authorities.pem(authorities.sound_ca("CN=\u041a\u043e\u0440\u043d\u0435\u0432\u043e\u0439 \u0426\u0421"))
    assert inspected(pem)["findings"] == []


def test_signatures_that_were_not_checked_are_said() -> None:
    """A file whose signatures would take too long is read whole, and the errors say that not all were checked."""
    key = ec.generate_private_key(ec.BrainpoolP512R1())
    bundle = "".join(authorities.pem(authorities.sound_ca(f"CN={number}", key=key)) for number in range(60))
    inspection = inspect_ca(bundle.encode())
    assert len(inspection.ca.certificates) == 60
    assert [error.code for error in inspection.errors] == ["unchecked_signatures"]

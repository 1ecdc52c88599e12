"""Hostile text out of everything that is printed or logged: one line stays one line, and a terminal stays calm."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings

from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.cli import main
from bot.domain.audit import Draft, Head, link
from bot.domain.errors import BadInput
from bot.domain.visible_text import hides
from bot.inspect_ca import inspect_ca
from bot.logs import LibraryFormatter, configure_logs
from bot.service.audit_export import export_line
from bot.service.audit_verify import verify_file
from tests import authorities, records
from tests.hostile_strings import EACH, HOSTILE, LONG
from tests.slack.card_states import NOON, case_in

# Bytes that are no UTF-8 come from a shell as lone surrogates of this kind; others name no file.
FILE_NAMES = [*(one for one in EACH if not re.search("[\x00/\ud800-\udfff]", one)), "\udc9b31m"]
PRINTED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def assert_calm(printed: str) -> None:
    """Every line ends in a line feed, and nothing else in it moves a cursor, hides or turns text around."""
    assert [one for one in printed if one != "\n" and hides(one)] == []
    printed.encode("utf-8")


def assert_json_lines(printed: str, lines: int) -> list[Any]:
    """So many lines of ASCII, each an object; and what they hold."""
    assert printed.isascii()
    assert_calm(printed)
    found = [json.loads(line) for line in printed.splitlines()]
    assert [type(one) for one in found] == [dict] * lines
    assert printed.count("\n") == lines
    return found


def run(*arguments: str) -> tuple[str, str]:
    """What a command prints and complains of."""
    out, complaints = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(complaints):
        main(arguments)
    return out.getvalue(), complaints.getvalue()


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process logs, set up as it sets itself up."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    yield stream
    structlog.reset_defaults()


def _fail(error: Exception) -> NoReturn:
    raise error


@given(text=HOSTILE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_event_is_one_line(logged: io.StringIO, text: str) -> None:
    """Fields, lists and errors with hostile text: one line of JSON, with the text whole in its field."""
    logged.seek(0)
    logged.truncate()
    log = structlog.get_logger()
    log.warning("message_put_aside", at=text, ignored=[text, {text: text}])
    try:
        _fail(BadInput("not_json", text, text))
    except BadInput:
        log.exception("message_broke", error=text)
    first, second = assert_json_lines(logged.getvalue(), 2)
    assert (first["event"], first["at"], first["level"]) == ("message_put_aside", text, "warning")
    assert (second["event"], second["error"]) == ("message_broke", text)


@given(HOSTILE)
def test_what_libraries_log_is_one_line_without_their_words(text: str) -> None:
    """A library's message and its traceback hold whole bodies: only its name and the kind of error are logged."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LibraryFormatter())
    library = logging.Logger("library")  # noqa: LOG001 - One of its own, so that no other handler hears of it.
    library.addHandler(handler)
    try:
        _fail(ValueError(text))
    except ValueError:
        library.exception("body: %s", text)
    (line,) = assert_json_lines(stream.getvalue(), 1)
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {"event": "library_logged", "logger": "library", "error": "ValueError", "level": "error"}


@PRINTED
@given(HOSTILE)
def test_an_export_is_one_line_an_entry(text: str) -> None:
    """The whole of a hostile case: each entry is one line of ASCII, and the file verifies."""
    _, entries = case_in("stopped", text=text)
    lines = [export_line(one, len(entries)) + "\n" for one in entries]
    assert_json_lines("".join(lines), len(entries))
    assert verify_file(lines).ok


@PRINTED
@given(text=HOSTILE)
def test_what_is_said_of_a_forged_export_is_calm(tmp_path: Path, text: str) -> None:
    """A file from elsewhere is quoted on the terminal: its case ids, values and names can't act there."""
    (entry,) = link(text, Head(), NOON, [Draft("case:acknowledged", text, {text: text})])
    file = tmp_path / "export.jsonl"
    for line in (export_line(entry, 1), export_line(entry, 2), json.dumps({text: text}), json.dumps(text), text):
        file.write_bytes(line.encode("utf-8", "replace"))
        out, complaints = run("audit", "verify", str(file))
        assert_calm(out + complaints)
        assert out.count("\n") == 1
        assert complaints == ""


@pytest.mark.parametrize("text", FILE_NAMES, ids=ascii)
@pytest.mark.parametrize("command", [["evaluate"], ["inspect-ca"], ["audit", "verify"]], ids=" ".join)
def test_the_name_of_a_file_is_hostile_too(command: list[str], text: str) -> None:
    """A complaint about a file that is not there holds its name, which somebody else may have given."""
    _, complaints = run(*command, f"no {text} file")
    assert_calm(complaints)
    assert complaints.count("\n") == 1


MESSAGES = (
    lambda text: records.cloudtrail_record(
        name=text, userAgent=text, sourceIPAddress=text, errorCode=text, errorMessage=text, eventID=text
    ),
    lambda text: records.cloudtrail_record(text, awsRegion=text, recipientAccountId=text, eventSource=text),
    lambda text: records.cloudtrail_record(
        source={"sourceType": text, "sourceData": {"x509CertificateData": text, "acmPcaArn": text}},
        identity={**records.assumed_role(), "arn": text, "type": text, "principalId": text},
    ),
    lambda text: {text: text},
    lambda text: text,
)


@PRINTED
@given(HOSTILE)
def test_evaluate_prints_one_line_an_event(text: str) -> None:
    """Hostile records, objects and texts as input: as many lines of JSON out, and quiet complaints."""
    given_lines = [json.dumps(make(text)) for make in MESSAGES]
    out, complaints = _evaluated("\n".join(given_lines).encode() + b"\n" + text.encode("utf-8", "replace"))
    assert {row["line"] for row in assert_json_lines(out, out.count("\n"))} >= set(range(1, len(MESSAGES) + 1))
    assert complaints == ""


def _evaluated(data: bytes) -> tuple[str, str]:
    class Input:
        buffer = io.BytesIO(data)

    before, sys.stdin = sys.stdin, Input()
    try:
        return run("evaluate", "-")
    finally:
        sys.stdin = before


SUBJECT = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)


def hostile_ca(text: str) -> bytes:
    """A CA whose names, addresses and other names are this text, as far as a certificate can hold it."""
    held = text.encode("utf-8", "replace").decode()
    ascii_only = held.encode("ascii", "replace").decode()
    with warnings.catch_warnings():
        # The library warns of what it would not make by itself.
        warnings.simplefilter("ignore")
        name = x509.Name([x509.NameAttribute(oid, held, _validate=False) for oid in SUBJECT])
    names = [x509.DNSName(ascii_only), x509.RFC822Name("a@b"), x509.UniformResourceIdentifier(ascii_only)]
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(ascii_only)], None, None, None)]
    key = records.make_key("ec")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, records.HAPPENED_AT, NOON)
    builder = builder.add_extension(x509.SubjectAlternativeName([*names, x509.DirectoryName(name)]), critical=False)
    builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    return authorities.pem(builder.sign(key, hashes.SHA256())).encode()


@PRINTED
@given(HOSTILE)
def test_a_hostile_ca_stays_in_its_rows(text: str) -> None:
    """Subject, issuer, other names and addresses: a row each, nothing raw, and JSON in ASCII."""
    inspection = inspect_ca(hostile_ca(text), NOON)
    table = inspection.as_table()
    assert_calm(table)
    assert len(inspection.ca.certificates) == 1
    harmless = inspect_ca(hostile_ca("harbour"), NOON)
    rows = [line[:14] for line in table.partition("\n\n")[0].splitlines()]
    assert rows == [line[:14] for line in harmless.as_table().partition("\n\n")[0].splitlines()]
    assert inspection.as_json().isascii()
    assert json.loads(inspection.as_json())["certificates"][0]["subject"] == inspection.ca.certificates[0].subject


@PRINTED
@given(HOSTILE)
def test_what_is_no_certificate_is_not_quoted(text: str) -> None:
    """Any bytes for a bundle, also between the labels: the errors are calm."""
    raw = text.encode("utf-8", "replace")
    for data in (raw, b"-----BEGIN CERTIFICATE-----\n" + raw + b"\n-----END CERTIFICATE-----\n"):
        inspection = inspect_ca(data, NOON)
        assert_calm(inspection.as_table())
        assert inspection.as_json().isascii()


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:12]))
def test_a_long_subject_is_cut_in_the_table(text: str) -> None:
    """64 kB of a name take no more than a row."""
    table = inspect_ca(hostile_ca(text[:60_000]), NOON).as_table()
    assert_calm(table)
    assert max(map(len, table.splitlines())) < 700


def test_the_quarantine_is_printed_calmly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostile bodies, places and reasons: one line of ASCII each, the body whole."""
    store = tmp_path / "cases.db"

    async def fill() -> None:
        log = SqliteLog.open(store)
        try:
            for number, text in enumerate(EACH):
                body = text.encode("utf-8", "replace")
                at = NOON + timedelta(seconds=number)
                await SqliteQuarantine(log.file).keep(body, BadInput(text, text, text), text, at)
        finally:
            await log.close()

    asyncio.run(fill())
    monkeypatch.setenv("ANCHORWATCH_STORE", f"sqlite:///{store}")
    out, complaints = run("quarantine")
    rows = assert_json_lines(out, len(EACH))
    assert [row["body"] for row in rows] == [text.encode("utf-8", "replace").decode() for text in EACH]
    assert complaints == ""

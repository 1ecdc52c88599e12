"""What ``anchorwatch inspect-ca`` does: reads a CA bundle and writes down what it is and what is odd about it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.ca_file import MAX_FILE_BYTES, read_ca_file
from bot.adapters.formats.pem_bundle import MAX_BUNDLE_CHARACTERS, PemBundle
from bot.adapters.x509 import CertificateReader
from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.ca_findings import Finding, ca_findings
from bot.slack.text import literal, marked

_MOST_TEXT = 400
# A person waits for the answer, so that it may take longer than a message: enough for a list of all public CAs.
_CHECK_MICROSECONDS = 30_000
_INDENT, _GAP = "  ", "  "
_FEWEST_COLUMNS = 60
# No cap of its own: a name is not longer than the file.
_LONGEST_NAME = MAX_FILE_BYTES
_WORDS = {True: "yes", False: "no", None: "can't be told"}


@dataclass(frozen=True, slots=True)
class InputError:
    """Something that is no readable certificate: a stable code, one plain sentence, and where it begins, if known."""

    code: str
    message: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was read, what is odd about it, and what could not be read."""

    ca: CaFacts
    findings: tuple[Finding, ...]
    errors: tuple[InputError, ...]

    def as_json(self) -> str:
        """One JSON object in ASCII; dates are ISO 8601 in UTC, hashes lower-case hex."""
        return json.dumps(
            {
                "certificates": [_as_object(one) for one in self.ca.certificates],
                "findings": [
                    {"code": one.code, "certificate": one.certificate, "message": one.message} for one in self.findings
                ],
                "errors": [{"code": one.code, "message": one.message, "at": one.at} for one in self.errors],
            },
            indent=2,
        )

    def as_table(self, columns: int | None = None) -> str:
        """Plain text in aligned columns; invisible and control characters are spelled out, look-alikes marked.

        Long texts are broken so that no line is longer than ``columns``; None leaves them whole. Below 60 columns,
        the table keeps 60.
        """
        most = None if columns is None else max(columns, _FEWEST_COLUMNS)
        number = {one.sha256: place for place, one in enumerate(self.ca.certificates, start=1)}
        parts = [
            "\n".join([f"Certificate {place}", *_aligned(list(_rows(one, number)), most)])
            for place, one in enumerate(self.ca.certificates, start=1)
        ]
        findings = [(one.code, _whose(one.certificate, number), one.message) for one in self.findings]
        parts.append("\n".join(["Findings", *_aligned(findings, most)]) if findings else "No findings")
        if self.errors:
            errors = [(one.code, one.at or "whole input", one.message) for one in self.errors]
            parts.append("\n".join(["Errors", *_aligned(errors, most)]))
        return "\n\n".join(parts)


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``; not more than a bundle can have.

    Raises:
        OSError: the file can't be read.
        ValueError: no file can have that name.
    """
    if name == "-":
        return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def inspect_ca(data: bytes, at: datetime | None = None) -> Inspection:
    """Read a bundle and judge it as of a moment; None means now."""
    bundle = read_ca_file(data)
    ca = CertificateReader(_LONGEST_NAME, _CHECK_MICROSECONDS)(bundle.certificates)
    findings = ca_findings(
        ca,
        at or datetime.now(UTC),
        moment="this check" if at is None else "the given time",
        held_private_key=bundle.held_private_key,
    )
    return Inspection(ca, findings, tuple(_errors(bundle, ca)))


def _errors(bundle: PemBundle, ca: CaFacts) -> Iterator[InputError]:
    places = dict(enumerate(bundle.places, start=1))
    for number, line in zip(ca.unreadable_blocks, ca.unreadable, strict=True):
        yield InputError("unreadable_certificate", _sentence(line), places.get(number))
    for defect in bundle.defects:
        yield InputError("broken_block", _sentence(defect.message), defect.at)
    for words in bundle.missing:
        if str(MAX_BUNDLE_CHARACTERS) in words or "behind the first" in words:
            yield InputError("too_long", f"Not read: {words}.")
    if ca.signatures_left_out:
        yield InputError("unchecked_signatures", "Not all signatures were checked: that would have been too much work.")
    if not ca.certificates:
        yield InputError("no_certificate", "There is no readable certificate in the input.")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _as_object(one: Certificate) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "serial_hex": one.serial_hex,
        "sha256": one.sha256,
        "spki_sha256": one.spki_sha256,
        "not_before": _iso(one.not_before),
        "not_after": _iso(one.not_after),
        "key_type": one.key_type,
        "key_bits": one.key_bits,
        "signature_algorithm": one.signature_algorithm,
        "is_ca": one.is_ca,
        "path_length": one.path_length,
        "key_usage": None if one.key_usage is None else list(one.key_usage),
        "self_issued": one.self_issued,
        "self_signed": one.self_signed,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rows(one: Certificate, number: dict[str, int]) -> Iterator[tuple[str, str]]:
    key = " ".join(filter(None, (one.key_type, one.curve)))
    depth = "" if one.path_length is None else f", path length {one.path_length}"
    yield "Subject", _shown(one.subject)
    yield "Issuer", _shown(one.issuer)
    yield "Serial", _shown(one.serial_hex)
    yield "Valid", f"{_iso(one.not_before)} to {_iso(one.not_after)}"
    yield "Key", _shown(f"{key}, {one.key_bits} bits" if one.key_bits else key)
    yield "Signature", _shown(one.signature_algorithm)
    yield "CA", _WORDS[one.is_ca] + depth
    yield "Key usage", ", ".join(one.key_usage or ()) or ("not stated" if one.key_usage == () else "can't be told")
    yield "Self-issued", _WORDS[one.self_issued]
    yield "Self-signed", _WORDS[one.self_signed]
    if one.issuer_sha256:
        yield "Issued by", _whose(one.issuer_sha256, number) + ("" if one.issuer_checked else " (by its name only)")
    yield from _more_rows(one)
    yield "SHA-256", one.sha256
    yield "Key SHA-256", one.spki_sha256


def _more_rows(one: Certificate) -> Iterator[tuple[str, str]]:
    lists: Sequence[tuple[str, tuple[str | None, ...]]] = (
        ("Subject key", (one.subject_key_id,)),
        ("Issuer key", (one.authority_key_id,)),
        ("Other names", one.sans),
        ("CRL", one.crl_urls),
        ("OCSP", one.ocsp_urls),
        ("CA issuers", one.ca_issuer_urls),
    )
    for title, values in lists:
        text = ", ".join(filter(None, values))
        if text:
            yield title, _shown(text)


def _whose(sha256: str | None, number: dict[str, int]) -> str:
    return f"certificate {number[sha256]}" if sha256 in number else "the bundle"


def _shown(text: str) -> str:
    return marked(literal(text, _MOST_TEXT), text)


def _aligned(rows: Sequence[tuple[str, ...]], most: int | None) -> Iterator[str]:
    """Lines with all columns but the last one padded to the same width, and the last one broken where it must be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False))
        start = _INDENT + _GAP.join((*padded, ""))
        broken = [row[-1]] if most is None else textwrap.wrap(row[-1], most - len(start), break_on_hyphens=False)
        yield start + "".join(broken[:1])
        yield from (" " * len(start) + line for line in broken[1:])

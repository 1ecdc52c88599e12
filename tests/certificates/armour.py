"""PEM blocks and the states in which they are handed over."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from tests.certificates.made import Made


@dataclass(frozen=True, slots=True)
class Case:
    """One input of `inspect-ca` and what must be said of it.

    Attributes:
        name: What it is, once in the set.
        data: The bytes of the file.
        certificates: The certificates that must be read from it, in order.
        findings: The findings of the closed list, as `code:index`; an empty index for those of the whole file.
        errors: The codes of what can't be read, in order.
    """

    name: str
    data: bytes
    certificates: tuple[Made, ...] = ()
    findings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def block(content: bytes, label: str = "CERTIFICATE", *, end: str | None = None, width: int = 64) -> str:
    """A PEM block (RFC 7468) with lines of this width."""
    return f"-----BEGIN {label}-----\n{wrapped(content, width)}\n-----END {end or label}-----\n"


def wrapped(content: bytes, width: int = 64) -> str:
    """Base64 in lines of this width."""
    text = base64.b64encode(content).decode()
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def bundle(*certificates: Made) -> str:
    """The certificates as PEM, one after the other."""
    return "".join(block(made.der) for made in certificates)


def escaped(text: str, times: int = 1) -> str:
    """The text with its line ends escaped so many times."""
    for _ in range(times):
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text


def of(name: str, text: str | bytes, *certificates: Made, findings: str = "", errors: str = "") -> Case:
    """A case, its findings and errors written with spaces between."""
    data = text.encode() if isinstance(text, str) else text
    return Case(name, data, certificates, tuple(findings.split()), tuple(errors.split()))


def state(name: str, text: str | bytes, *certificates: Made) -> Case:
    """A case in which every certificate must be read and nothing is wrong."""
    return of(f"state: {name}", text, *certificates)


def quoted(text: str) -> str:
    """The text as JSON writes it."""
    return json.dumps(text)

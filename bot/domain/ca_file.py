"""The CA's certificates as one file for the case's thread: each encoded anew, with nothing beside it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import textwrap
from dataclasses import dataclass

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind

# See: https://www.rfc-editor.org/rfc/rfc7468#section-2
_LINE_CHARACTERS = 64
_DIGEST_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class CaFile:
    """Certificates in PEM, in the order of the bundle. ``name`` is the case's id; nothing in it is an attacker's."""

    name: str
    certificates: int
    body: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def file_name(self) -> str:
        """Another bundle of the same case has another name."""
        return f"{self.name}-ca-{self.digest[:_DIGEST_CHARACTERS]}.pem"

    @property
    def comment(self) -> str:
        """What stands above it, finished mrkdwn."""
        what = "The CA's certificate" if self.certificates == 1 else f"The CA's {self.certificates} certificates"
        return f"{what} as PEM, encoded anew. Whoever made the CA chose what is written inside. SHA-256 `{self.digest}`"


def ca_file(case: Case) -> CaFile | None:
    """The newest bundle that the log has, without what can't be read as a certificate; None without any."""
    blocks = next((one.anchor.certificates_pem for one in reversed(case.detections) if one.anchor.certificates_pem), ())
    read = {one.sha256 for one in case.ca.certificates}
    found = {hashlib.sha256(der).hexdigest(): der for der in map(_der, blocks)}
    kept = [der for digest, der in found.items() if digest in read]
    if not kept:
        return None
    return CaFile(case.case_id, len(kept), "".join(map(_pem, kept)).encode("ascii"))


def ca_file_effects(case: Case) -> list[Effect]:
    """To attach the file once the first questions are answered, so that it holds up neither these nor the card."""
    known = case.investigation
    if not known.answers or known.started is not None or case.card.ts is None or case.card.dropped:
        return []
    file = ca_file(case)
    if case.closed is not None or file is None or file.digest in case.pictures or case.opened_at is None:
        return []
    return [Effect(EffectKind.ATTACH_CERTIFICATES, "certificates", case.opened_at, file.digest)]


def _der(block: str) -> bytes:
    """What stands between a block's two lines; empty for what is no base64."""
    inside = "".join(line for line in block.split("\n") if "-----" not in line)
    try:
        return base64.b64decode("".join(inside.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _pem(der: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(der).decode("ascii"), _LINE_CHARACTERS)
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))

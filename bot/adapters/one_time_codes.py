"""Checks one-time codes with pyotp, against the secrets of a file."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import pyotp
import structlog

from bot.adapters.code_secrets import CodeSecrets, is_key
from bot.domain.approval_rule import ApprovalRule
from bot.domain.code_check import SKEW_STEPS, STEP_SECONDS, CodeCheck, Codes, CodeUses
from bot.domain.errors import BadInput, BadSettings

_log = structlog.get_logger()

ISSUER = "Anchorwatch"
"""What an authenticator app shows above the code."""


def new_secret() -> str:
    """A secret in base32, 160 bits as RFC 4226 recommends.

    See: https://www.rfc-editor.org/rfc/rfc4226#section-4
    """
    return pyotp.random_base32()


def enrolment_uri(user_id: str, secret: str) -> str:
    """What an authenticator app takes as a QR code or a link."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=user_id, issuer_name=ISSUER)


class OneTimeCodes:
    """:class:`bot.domain.code_check.Codes`.

    Args:
        secrets: read at each check, so that somebody new need not wait for a restart.
        uses: what was used already.
    """

    def __init__(self, secrets: CodeSecrets, uses: CodeUses) -> None:
        self._secrets = secrets
        self._uses = uses

    async def check(self, user_id: str, code: str, now: datetime) -> CodeCheck:
        """See :meth:`bot.domain.code_check.Codes.check`."""
        try:
            secret = await asyncio.to_thread(self._secrets.secret_of, user_id)
        except BadInput as error:
            _log.error("codes_not_readable", at=error.at, error=str(error))
            return CodeCheck.UNREADABLE
        if secret is None:
            return CodeCheck.NOT_ENROLLED
        return await self._uses.judge(user_id, _step_of(secret, code, now), now)


class NoCodes:
    """:class:`bot.domain.code_check.Codes` where nobody has any."""

    async def check(self, user_id: str, code: str, now: datetime) -> CodeCheck:
        """Nobody has a code."""
        del user_id, code, now
        return CodeCheck.NOT_ENROLLED


def codes_in_force(path: str, keys: Sequence[str], uses: CodeUses, rules: Iterable[ApprovalRule]) -> Codes:
    """The codes of the file, or none without one (``path`` empty).

    Raises:
        BadSettings: a key is none, a secret can't be opened, or a rule asks for codes that nobody can have.
    """
    if not path:
        wanting = next((rule.name for rule in rules if rule.terms.one_time_code), None)
        if wanting is not None:
            raise BadSettings((f"ANCHORWATCH_CODES: is missing. The approval rule “{wanting}” asks for codes.",))
        return NoCodes()
    if not all(map(is_key, keys)):
        raise BadSettings(("ANCHORWATCH_CODE_KEYS: is not what `anchorwatch codes new-key` prints",))
    secrets = CodeSecrets(Path(path), keys)
    try:
        secrets.check_all()
    except BadInput as error:
        raise BadSettings((f"{error.at}: {error}",)) from error
    return OneTimeCodes(secrets, uses)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The newest step that this is the code of, among those that count now; None when it is of none of them."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    newest = int(now.timestamp()) // STEP_SECONDS
    given = "".join(code.split()).encode()
    steps = range(newest + SKEW_STEPS, newest - SKEW_STEPS - 1, -1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)]
    return found[0] if found else None

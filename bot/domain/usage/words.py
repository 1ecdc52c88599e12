"""The lines in which uses of a trust anchor are told. They may hold what an attacker wrote, cut to a bounded length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from bot.domain.usage.acts import Act
from bot.domain.usage.members import Record, text
from bot.domain.usage.sessions import GUIDES_NAME, CertificateUse

_MOST_SHOWN = 3
_MOST_TEXT = 120


def counted(number: int, thing: str) -> str:
    """``1 session``, ``2 sessions``; things in -y and -s have a plural of their own and do not come here."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def none_or(number: int) -> str:
    """The number in digits; ``none`` for 0."""
    return str(number) if number else "none"


def utc_text(at: datetime | None) -> str:
    """The time to the second; for None that it is unknown."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "an unknown time"


def some(values: Sequence[str]) -> str:
    """The first three values and how many more there are."""
    shown = ", ".join(one[:_MOST_TEXT] for one in values[:_MOST_SHOWN])
    return f"{shown} and {len(values) - _MOST_SHOWN} more" if len(values) > _MOST_SHOWN else shown


def last_part(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition("/")[2]


def placed(addresses: Sequence[str], places: Mapping[str, str]) -> tuple[str, ...]:
    """Each address with where it is, as far as that is known."""
    return tuple(f"{one} ({places[one]})" if one in places else one for one in addresses)


def use_line(use: CertificateUse, subject: str = "", places: Mapping[str, str] = MappingProxyType({})) -> str:
    """What one certificate did. ``subject`` is the certificate's own; without it the source identity is shown.

    ``places`` say where addresses are.
    """
    name = (subject or use.identity)[:_MOST_TEXT]
    parts = [
        f"Certificate {use.serial or 'not recorded'}{f' ({name})' if name else ''}: {_numbers(use)}",
        f"role {some([last_part(one) for one in use.roles]) or 'not recorded'}",
        f"profile {some([last_part(one) for one in use.profiles]) or 'not recorded'}",
        f"from {some(placed(use.addresses, places)) or 'an address that is not recorded'}",
        f"first {utc_text(use.first)}, last {utc_text(use.last)}",
    ]
    if use.access_key_ids:
        parts.append(f"key ids {some(use.access_key_ids)}")
    return "; ".join(parts)


def _numbers(use: CertificateUse) -> str:
    refused = f"{counted(use.refused, 'attempt')} refused"
    if not use.issued:
        return refused
    return counted(use.issued, "session") + (f", {refused}" if use.refused else "")


def act_line(act: Act, names: Mapping[str, str]) -> str:
    """One act. ``names`` has what is known of each key, such as whose it is."""
    what = f" of {act.what}" if act.what else ""
    given = f", with {some(act.given_to)}" if act.given_to else ""
    made = f", new key {act.new_key_id}" if act.new_key_id else ""
    refused = f", refused ({act.error_code})" if act.error_code else ""
    who = names.get(act.key_id) or act.key_id
    return f"{utc_text(act.at)} {act.region}: {act.name}{what}{given}{made}{refused}; by {who} from {act.address}"


def guides_sentence(records: Iterable[Record]) -> str:
    """What a search for the guides' name has brought, and why it is empty of Roles Anywhere."""
    found = list(records)
    sources = ", ".join(sorted({text(one.get("eventSource"), _MOST_TEXT) for one in found})[:_MOST_SHOWN])
    of = f" (of {sources}: not Roles Anywhere's sessions)" if found else ""
    return (
        f"{GUIDES_NAME}, the name that guides use: {counted(len(found), 'event')}{of}. Roles Anywhere has no event of "
        "that name; its sessions are recorded as CreateSession, which was searched."
    )


def late_sentence(until: datetime) -> str:
    """What no search of CloudTrail can see yet."""
    return f"Events newer than about 5 minutes before {utc_text(until)}: CloudTrail delivers late."

"""The sessions that certificates got through a trust anchor, as CreateSession's records tell.

Detection guides look for ``AssumeRoleWithCertificate``. Roles Anywhere records its sessions as ``CreateSession``, a
name that other services use too, so records count by event source. No whole record of it has been published: the
members are those of the API, and one that is missing is said to be so.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html
See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.usage.members import Record, distinct, first, mapping, moment, text
from bot.domain.usage.serials import serial_of

SERVICE = "rolesanywhere.amazonaws.com"
GUIDES_NAME = "AssumeRoleWithCertificate"
LONGEST_SESSION = timedelta(hours=12)
"""The longest session that a profile can grant.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
"""
_MOST_CERTIFICATE_CHARACTERS = 100_000
_MOST_ARN_CHARACTERS = 2_048
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """One CreateSession that named the trust anchor; texts are empty where the record does not say.

    ``at`` is None when its time can't be read. ``serial`` is lower-case hex without leading zeros, ``certificate`` the
    base64 of what was sent. ``identity`` is the source identity, which is ``CN=…`` of the subject. ``error_code`` None
    means that a session was issued. ``asked_seconds`` is the duration that was asked for, ``expires`` what AWS
    answered. ``user_id`` is the ``aws:userid`` of its calls, the role's id and the session's name.
    """

    event_id: str
    at: datetime | None
    serial: str
    certificate: str
    identity: str
    role_arn: str
    profile_arn: str
    subject_arn: str
    address: str
    user_agent: str
    access_key_id: str
    expires: datetime | None
    asked_seconds: int | None
    error_code: str | None
    user_id: str = ""

    @property
    def issued(self) -> bool:
        """Whether AWS gave credentials."""
        return self.error_code is None

    def ends_by(self, profile_seconds: Mapping[str, int], until: datetime) -> datetime:
        """The latest time at which its credentials can end.

        That is what AWS answered; failing that the time of issue (``until`` when unknown) and the duration that was
        asked for, or the profile's (``profile_seconds`` by ARN), or 12 hours, which no session outlives.
        """
        if self.expires is not None:
            return self.expires
        seconds = self.asked_seconds or profile_seconds.get(self.profile_arn) or 0
        length = timedelta(seconds=seconds) if 0 < seconds <= LONGEST_SESSION.total_seconds() else LONGEST_SESSION
        return (self.at or until) + length


@dataclass(frozen=True, slots=True)
class SessionsFound:
    """The sessions of one trust anchor, newest first; ``nameless`` counts records that name no anchor at all."""

    sessions: tuple[Session, ...]
    nameless: int

    @property
    def issued(self) -> tuple[Session, ...]:
        """Those that AWS gave."""
        return tuple(one for one in self.sessions if one.issued)

    @property
    def refused(self) -> tuple[Session, ...]:
        """Those that AWS did not give."""
        return tuple(one for one in self.sessions if not one.issued)


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """What one certificate did with the trust anchor; the lists have each value once, the newest first.

    ``serial`` is empty when the records do not show the certificate.
    """

    serial: str
    certificate: str
    identity: str
    issued: int
    refused: int
    first: datetime | None
    last: datetime | None
    roles: tuple[str, ...]
    profiles: tuple[str, ...]
    addresses: tuple[str, ...]
    access_key_ids: tuple[str, ...]


def anchor_sessions(records: Iterable[Record], names: Collection[str]) -> SessionsFound:
    """The CreateSession records that name the trust anchor by one of ``names``, its ARN and its alias's ARN."""
    ours, nameless = [], 0
    for record in distinct(list(records)):
        if record.get("eventSource") != SERVICE or record.get("eventName") != "CreateSession":
            continue
        named = text(mapping(record.get("requestParameters")).get("trustAnchorArn"), _MOST_ARN_CHARACTERS)
        if named and named in names:
            ours.append(_session(record))
        nameless += not named
    return SessionsFound(tuple(sorted(ours, key=_order, reverse=True)), nameless)


def by_certificate(sessions: Iterable[Session]) -> tuple[CertificateUse, ...]:
    """What each certificate did, the last used one first; sessions without certificate or serial are one group."""
    groups: dict[tuple[str, str], list[Session]] = {}
    for session in sorted(sessions, key=_order, reverse=True):
        groups.setdefault((session.certificate, session.serial), []).append(session)
    return tuple(_use(group) for group in groups.values())


def _use(group: list[Session]) -> CertificateUse:
    times = [one.at for one in group if one.at is not None]
    return CertificateUse(
        serial=group[0].serial,
        certificate=group[0].certificate,
        identity=next((one.identity for one in group if one.identity), ""),
        issued=sum(one.issued for one in group),
        refused=sum(not one.issued for one in group),
        first=min(times, default=None),
        last=max(times, default=None),
        roles=_each(one.role_arn for one in group),
        profiles=_each(one.profile_arn for one in group),
        addresses=_each(one.address for one in group),
        access_key_ids=_each(one.access_key_id for one in group),
    )


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _order(session: Session) -> tuple[datetime, str]:
    return session.at or _BEGINNING, session.event_id


def _session(record: Record) -> Session:
    asked, answer = mapping(record.get("requestParameters")), mapping(record.get("responseElements"))
    given = first(answer.get("credentialSet"))
    credentials = mapping(given.get("credentials"))
    certificate = text(asked.get("cert"), _MOST_CERTIFICATE_CHARACTERS)
    seconds = asked.get("durationSeconds")
    return Session(
        event_id=text(record.get("eventID")),
        at=moment(record.get("eventTime")),
        serial=serial_of(certificate) or _named_serial(given),
        certificate=certificate,
        identity=text(given.get("sourceIdentity")),
        role_arn=text(asked.get("roleArn")),
        profile_arn=text(asked.get("profileArn")),
        subject_arn=text(answer.get("subjectArn")),
        address=text(record.get("sourceIPAddress")),
        user_agent=text(record.get("userAgent")),
        access_key_id=text(credentials.get("accessKeyId")),
        expires=moment(credentials.get("expiration")),
        asked_seconds=seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else None,
        error_code=text(record.get("errorCode")) or None,
        user_id=text(mapping(given.get("assumedRoleUser")).get("assumedRoleId")),
    )


def _named_serial(given: Mapping[str, Any]) -> str:
    """The serial from the session's name, which is the serial in hex unless a profile lets callers choose the name."""
    name = text(mapping(given.get("assumedRoleUser")).get("arn")).rpartition("/")[2].lower()
    is_hex = bool(name) and all(character in "0123456789abcdef" for character in name)
    return (name.lstrip("0") or "0") if is_hex else ""

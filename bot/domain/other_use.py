"""Who else uses what an action would stop: sessions, addresses and certificates of the last 30 days. Pure functions.

Numbers are shown with what they rest on. Only a search that was made, allowed and whole may say that nothing breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.detection import Actor
from bot.domain.usage.members import Record, mapping, moment, text
from bot.domain.usage.sessions import SERVICE, Session, anchor_sessions
from bot.domain.usage.words import counted

PERIOD = timedelta(days=30)
RECENT = timedelta(hours=24)
_LONG_LIVED = "AKIA"
_STS = "sts.amazonaws.com"
_MOST_ARN_CHARACTERS = 2_048


@dataclass(frozen=True, slots=True)
class Use:
    """One session that AWS gave, or one call of a key.

    ``at`` None means that its time can't be read. ``certificate`` is the serial in hex, empty where there is none.
    ``user_id`` is the ``aws:userid`` of the session, ``identity`` the source identity that it was given; empty where it
    has none or brought it along from the session that asked. ``ours`` says that it came through the case's trust
    anchor, or from where the reported call came.
    """

    at: datetime | None
    address: str
    certificate: str = ""
    user_id: str = ""
    role_arn: str = ""
    profile_arn: str = ""
    ours: bool = False
    identity: str = ""


@dataclass(frozen=True, slots=True)
class UseCount:
    """How much something was used in the 30 days before ``until`` (ISO 8601), as CloudTrail of ``place`` showed it.

    ``recent`` are those of the last 24 hours, ``others`` those that are not of the case's trust anchor. ``addresses``
    and ``certificates`` are distinct. ``gap`` says why there may be more; empty when nothing but CloudTrail's delay
    can hide any. ``looked`` False means that nothing was searched.
    """

    until: str = ""
    place: str = ""
    total: int = 0
    recent: int = 0
    addresses: int = 0
    certificates: int = 0
    others: int = 0
    gap: str = ""
    looked: bool = True


@dataclass(frozen=True, slots=True)
class OtherUse:
    """What was counted for the plans of a case; None of what the guide has not counted.

    ``anchor`` are sessions through the trust anchor, ``profiles`` those through the profiles that reach roles.
    ``roles`` are the sessions of the roles whose sessions can be revoked, ``same_name`` those of them that have the
    same ``aws:userid`` as a known session. ``actor`` are calls with the caller's key or in a session of the caller's
    name; ``others`` are there those from other addresses.
    """

    anchor: UseCount | None = None
    profiles: UseCount | None = None
    roles: UseCount | None = None
    same_name: UseCount | None = None
    actor: UseCount | None = None


def not_looked(why: str) -> UseCount:
    """What could not be counted, and why."""
    return UseCount(gap=why, looked=False)


def count_uses(uses: Iterable[Use], until: datetime, place: str, gap: str = "") -> UseCount:
    """Count those of the 30 days before ``until``; one whose time can't be read counts, but not as recent."""
    found = [one for one in uses if one.at is None or until - PERIOD <= one.at <= until]
    return UseCount(
        until=until.isoformat(),
        place=place,
        total=len(found),
        recent=sum(one.at is not None and one.at >= until - RECENT for one in found),
        addresses=len({one.address for one in found if one.address}),
        certificates=len({one.certificate for one in found if one.certificate}),
        others=sum(not one.ours for one in found),
        gap=gap,
    )


def count_of(fact: object) -> UseCount | None:
    """A count from a fact's JSON values; None when there is none."""
    if not isinstance(fact, Mapping):
        return None
    return UseCount(**{name: value for name, value in fact.items() if name in UseCount.__dataclass_fields__})


def session_uses(records: Sequence[Record], names: frozenset[str]) -> tuple[tuple[Use, ...], int]:
    """Every session that Roles Anywhere gave, of all trust anchors, and how many records name no trust anchor.

    ``names`` are those of the case's trust anchor.
    """
    asked = [mapping(one.get("requestParameters")) for one in records if one.get("eventSource") == SERVICE]
    others = frozenset(text(one.get("trustAnchorArn"), _MOST_ARN_CHARACTERS) for one in asked) - names - {""}
    ours, theirs = anchor_sessions(records, names), anchor_sessions(records, others)
    uses = [_use_of(one, ours=True) for one in ours.issued] + [_use_of(one, ours=False) for one in theirs.issued]
    return tuple(uses), ours.nameless


def _use_of(session: Session, *, ours: bool) -> Use:
    return Use(
        at=session.at,
        address=session.address,
        certificate=session.serial,
        user_id=session.user_id,
        role_arn=session.role_arn,
        profile_arn=session.profile_arn,
        ours=ours,
        identity=session.identity,
    )


def entry_of(record: Record, role_arn: str) -> Use | None:
    """A role that was entered by one of STS's ways; None for other records, refusals and Roles Anywhere's own calls."""
    is_entry = record.get("eventSource") == _STS and str(record.get("eventName", "")).startswith("AssumeRole")
    by_service = mapping(record.get("userIdentity")).get("invokedBy") == SERVICE
    if not is_entry or by_service or record.get("errorCode"):
        return None
    if text(mapping(record.get("requestParameters")).get("roleArn")) != role_arn:
        return None
    given = mapping(mapping(record.get("responseElements")).get("assumedRoleUser"))
    return Use(
        moment(record.get("eventTime")),
        text(record.get("sourceIPAddress")),
        user_id=text(given.get("assumedRoleId")),
        role_arn=role_arn,
        identity=_new_identity(record),
    )


def _new_identity(record: Record) -> str:
    """The source identity that an entry set; empty when the session that asked had it before, and it went along.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    asker = mapping(mapping(record.get("userIdentity")).get("sessionContext"))
    if asker.get("sourceIdentity"):
        return ""
    answered = text(mapping(record.get("responseElements")).get("sourceIdentity"))
    return answered or text(mapping(record.get("requestParameters")).get("sourceIdentity"))


def call_of(record: Record, actor: Actor) -> Use | None:
    """A call with the actor's long-lived key, or of a session of the same role and name; None for other records."""
    identity = mapping(record.get("userIdentity"))
    name, value = ("principalId", actor.principal_id)
    if (actor.access_key_id or "").startswith(_LONG_LIVED):
        name, value = ("accessKeyId", actor.access_key_id)
    if not value or identity.get(name) != value:
        return None
    address = text(record.get("sourceIPAddress"))
    return Use(moment(record.get("eventTime")), address, ours=address == actor.source_address)


def use_sentence(use: UseCount | None, *, what: str = "session", others: str = "not through this trust anchor") -> str:
    """How many were seen, for a plan. ``others`` says what ``use.others`` are; empty when they can't be told apart."""
    if use is None:
        return "How many they are is not known yet: the guide has not counted them."
    if not use.looked:
        return f"How many they are is not known: {use.gap}."
    if not use.total:
        return _nobody(use)
    seen = f"{counted(use.total, what)} in 30 days ({use.recent} in the last 24 hours)"
    certificates = f", {counted(use.certificates, 'certificate')}" if use.certificates else ""
    places = "1 address" if use.addresses == 1 else f"{use.addresses} addresses"
    least = "at least " if use.gap else ""
    return f"{_known(use)}: {least}{seen} from {places}{certificates}{_others(use, others)}"


def _nobody(use: UseCount) -> str:
    if use.gap:
        return f"{_known(use)}: nobody in the last 30 days, but that may not be all: {use.gap}."
    return f"{_known(use)}: nobody in the last 30 days, so nothing should break."


def _known(use: UseCount) -> str:
    until = datetime.fromisoformat(use.until).astimezone(UTC)
    return f"CloudTrail of {use.place} until {until:%Y-%m-%d %H:%M} UTC"


def _others(use: UseCount, others: str) -> str:
    gap = f" There may be more: {use.gap}." if use.gap else ""
    if not others:
        return f".{gap}"
    if use.others:
        return f"; {use.others} of them {others}.{gap}"
    return f". Nobody else was seen.{gap}" if gap else ". Nobody else was seen, so nothing else should break."


def merged_gap(gaps: Iterable[str], most: int = 2) -> str:
    """The first reasons, each once, and how many more there are."""
    found = list(dict.fromkeys(one for one in gaps if one))
    more = f"; and {counted(len(found) - most, 'more reason')}" if len(found) > most else ""
    return "; ".join(found[:most]) + more

"""The calls to Roles Anywhere and IAM around the event, by whomever; two searches that several steps share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import Answer, could_not_check, not_allowed
from bot.domain.detection import Detection
from bot.domain.errors import AwsDenied, AwsError
from bot.domain.event_search import By, EventsFound, Record
from bot.domain.moments import Moment
from bot.service.aws_words import aws_sentence
from bot.service.guide.history import is_before, searched, time_of
from bot.service.guide.inquiry import Inquiry

MOST_LINES = 20
BEFORE = timedelta(hours=24)
MOST_EVENTS = 1_500
_NAMING = ("roleName", "userName", "name", "policyArn", "url")


@dataclass(frozen=True, slots=True)
class Nearby:
    """What both searches brought, from 24 hours before the event until now.

    ``iam`` None means that IAM's events could not be read; ``why_no_iam`` is then an answer that says why.
    """

    here: EventsFound
    iam: EventsFound | None
    why_no_iam: Answer | None

    @property
    def records(self) -> list[Record]:
        """The records of both."""
        return [*self.here.records, *(self.iam.records if self.iam else ())]

    @property
    def searched(self) -> tuple[str, ...]:
        """What was searched, one sentence a search."""
        open_sentence = (f"IAM's events: {self.why_no_iam.sentence}",) if self.why_no_iam else ()
        return (*searched([self.here, *([self.iam] if self.iam else [])]), *open_sentence)

    def unread(self, question: str) -> Answer:
        """Why IAM's events are not there, as the answer of a question that needs them."""
        why = self.why_no_iam or could_not_check(question, "IAM's events were not read.")
        return Answer(question, why.standing, why.sentence, missing=why.missing)


async def nearby(inquiry: Inquiry) -> Nearby:
    """Search both, once in a round.

    Raises:
        AwsError: the trust anchor's Region could not be searched.
    """
    since = inquiry.case.detection.happened_at - BEFORE
    here = await inquiry.events(By.EVENT_SOURCE, "rolesanywhere.amazonaws.com", since=since, most=MOST_EVENTS)
    try:
        iam = await inquiry.events(
            By.EVENT_SOURCE, "iam.amazonaws.com", since=since, region=inquiry.iam_region, most=MOST_EVENTS
        )
    except AwsDenied as error:
        return Nearby(here, None, not_allowed("", error.operation))
    except AwsError as error:
        return Nearby(here, None, could_not_check("", aws_sentence(error)))
    return Nearby(here, iam, None)


def named(records: Iterable[Record], names: frozenset[str], *, failed: bool | None = False) -> list[Record]:
    """Records of these operations, oldest first; ``failed`` None takes those that failed too."""
    chosen = [one for one in records if one.get("eventName") in names]
    if failed is not None:
        chosen = [one for one in chosen if bool(one.get("errorCode")) is failed]
    return sorted(chosen, key=lambda one: str(one.get("eventTime")))


def after(records: Iterable[Record], detection: Detection) -> list[Record]:
    """Records of calls that were made since the event."""
    return [one for one in records if not is_before(one, detection)]


def same_hand(record: Record, detection: Detection) -> bool:
    """Whether a call has the actor's identity, key or address."""
    actor, identity = detection.actor, record.get("userIdentity") or {}
    pairs = (
        (actor.arn, identity.get("arn")),
        (actor.access_key_id, identity.get("accessKeyId")),
        (actor.source_address, record.get("sourceIPAddress")),
    )
    return any(ours is not None and ours == theirs for ours, theirs in pairs)


def line_of(record: Record) -> str:
    """One call in one line: when, what, from where, how it ended."""
    failed = f", {record['errorCode']}" if record.get("errorCode") else ""
    service = str(record.get("eventSource")).partition(".")[0]
    return f"{record.get('eventTime')} {service} {record.get('eventName')} from {record.get('sourceIPAddress')}{failed}"


def lines_of(records: Sequence[Record]) -> tuple[str, ...]:
    """Calls with who made them and what they are about, capped."""
    lines = [f"{line_of(one)} by {actor_of(one)}{_about(one)}" for one in records[:MOST_LINES]]
    return (*lines, f"and {len(records) - MOST_LINES} more") if len(records) > MOST_LINES else tuple(lines)


def actor_of(record: Record) -> str:
    """Who made a call, as short as can be."""
    identity = record.get("userIdentity") or {}
    if record.get("eventName") == "CreateSession":
        return "a certificate, through Roles Anywhere"
    return str(identity.get("arn") or identity.get("principalId") or identity.get("invokedBy") or "nobody named")


def moments_of(records: Iterable[Record], detection: Detection) -> tuple[Moment, ...]:
    """The calls that have a time, for the timeline."""
    timed = ((one, time_of(one)) for one in records)
    return tuple(
        Moment(
            str(one.get("eventID") or ""),
            at,
            str(one.get("eventName") or ""),
            about(one),
            bool(one.get("errorCode")),
            same_hand(one, detection),
        )
        for one, at in timed
        if at is not None and at.tzinfo is not None
    )


def about(record: Record) -> str:
    """The thing that a call names; empty for none."""
    request = record.get("requestParameters")
    named_in = request if isinstance(request, dict) else {}
    return str(next((named_in[one] for one in _NAMING if named_in.get(one)), ""))


def _about(record: Record) -> str:
    what = about(record)
    return f", about {what}" if what else ""


def count(number: int, thing: str, things: str | None = None) -> str:
    """A number and its thing: ``1 role``, ``2 roles``."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"

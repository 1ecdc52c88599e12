"""What happened around it, by whomever: profiles, reconnaissance, others at the same address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from bot.domain.address import AddressKind, kind_of
from bot.domain.answer import Answer, Question, Sign, answered, does_not_apply
from bot.domain.detection import Detection
from bot.domain.errors import AwsError
from bot.domain.event_search import By, Record
from bot.domain.moments import facts_of
from bot.domain.usage.members import mapping, text
from bot.domain.usage.words import last_part, some
from bot.service.aws_words import aws_sentence
from bot.service.guide.history import is_before, searched
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import (
    BEFORE,
    MOST_EVENTS,
    MOST_LINES,
    Nearby,
    actor_of,
    after,
    count,
    lines_of,
    moments_of,
    named,
    nearby,
    same_hand,
)

PROFILE_WRITES = frozenset(
    {"CreateProfile", "UpdateProfile", "EnableProfile", "PutAttributeMapping", "DeleteAttributeMapping"}
)
LOOKS_HERE = frozenset({"ListTrustAnchors", "GetTrustAnchor", "ListProfiles", "GetProfile", "ListSubjects", "ListCrls"})
_LOOKS_AT_ROLES = frozenset({"GetRole", "ListRoles", "GetAccountAuthorizationDetails", "ListRolePolicies"})

_PROFILES = Question("profiles_after", ("60",), "Were profiles made or changed since?")
_RECON = Question("reconnaissance", ("65", "66", "67"), "Did somebody look around before?")
_ADDRESS = Question("same_address", ("64",), "What did others do from the same address?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    detection, found = inquiry.case.detection, await nearby(inquiry)
    yield _profiles(detection, found)
    yield _recon(detection, found)
    yield await _address(inquiry, found)


def _profiles(detection: Detection, found: Nearby) -> Answer:
    made = after(named(found.here.records, PROFILE_WRITES), detection)
    sentence = f"{count(len(made), 'change')} to profiles since then."
    if not made:
        sentence = "No profile was made or changed since."
    return answered(
        _PROFILES.id,
        sentence,
        lines=(*lines_of(made), *_roles_in(made)),
        signs=(Sign("profile_changed", sentence),) if made else (),
        facts={"changes": len(made), **facts_of(moments_of(made, detection))},
        not_checked=found.searched[:1],
    )


def _roles_in(made: Sequence[Record]) -> Iterator[str]:
    """The roles that each call put into its profile, where it names them."""
    for one in made[:MOST_LINES]:
        request = mapping(one.get("requestParameters"))
        arns = request.get("roleArns")
        if isinstance(arns, list) and arns:
            roles = some([last_part(text(arn)) for arn in arns])
            yield f"{text(request.get('name')) or one.get('eventName')}: its roles are {roles}"


def _recon(detection: Detection, found: Nearby) -> Answer:
    looks = named(found.records, LOOKS_HERE | _LOOKS_AT_ROLES, failed=None)
    looked = [one for one in looks if is_before(one, detection)]
    ours = [one for one in looked if same_hand(one, detection)]
    others = len(looked) - len(ours)
    sentence = (
        f"In the 24 hours before, the same identity or address looked at trust anchors, profiles or roles "
        f"{_times(len(ours))}, others {_times(others)}."
    )
    if not looked:
        sentence = "In the 24 hours before, nobody looked at trust anchors, profiles or roles."
    signs = (Sign("looked_around", sentence),) if ours else ()
    facts = {"same_hand": len(ours), "all": len(looked), **facts_of(moments_of(ours, detection))}
    return answered(_RECON.id, sentence, lines=lines_of(ours), signs=signs, facts=facts, not_checked=found.searched)


async def _address(inquiry: Inquiry, found: Nearby) -> Answer:
    detection = inquiry.case.detection
    address = detection.actor.source_address
    if address is None or kind_of(address) not in (AddressKind.PUBLIC, AddressKind.PRIVATE):
        return does_not_apply(_ADDRESS.id, "The call came from no address of a network.")
    looked_at, services, left_out = await _calls_from(inquiry, address, found)
    there = [one for one in looked_at if one.get("sourceIPAddress") == address]
    others = [one for one in there if actor_of(one) != detection.actor.arn and not _is_session(one, inquiry)]
    who = sorted({actor_of(one) for one in others})
    identities = count(len(who), "other identity", "other identities")
    sentence = f"{identities} made {count(len(others), 'call')} from {address}."
    if not others:
        sentence = f"Nobody else called {services} from {address}."
    left_out = (*left_out, "Many people may share an address.")
    signs = (Sign("address_shared", sentence),) if others else ()
    facts = {"others": who[:MOST_LINES], "calls": len(others)}
    return answered(_ADDRESS.id, sentence, lines=lines_of(others), signs=signs, facts=facts, not_checked=left_out)


def _is_session(record: Record, inquiry: Inquiry) -> bool:
    """Whether a certificate of the CA in question got a session by it, which is told where its use is told."""
    arn = inquiry.case.target.anchor_arn
    asked = mapping(record.get("requestParameters")).get("trustAnchorArn")
    return record.get("eventName") == "CreateSession" and arn is not None and asked == arn


async def _calls_from(inquiry: Inquiry, address: str, found: Nearby) -> tuple[list[Record], str, tuple[str, ...]]:
    """The calls to look at, to which services, and what that leaves out; all services where the engine can."""
    few = "Roles Anywhere or IAM"
    only = "only calls to Roles Anywhere and IAM were looked at."
    if not inquiry.can_search(By.ADDRESS):
        return found.records, few, (f"CloudTrail can't be searched by address: {only}", *found.searched)
    regions = dict.fromkeys((inquiry.case.target.region, inquiry.iam_region))
    since = inquiry.case.detection.happened_at - BEFORE
    try:
        searches = [
            await inquiry.events(By.ADDRESS, address, since=since, region=region, most=MOST_EVENTS)
            for region in regions
        ]
    except AwsError as error:
        return found.records, few, (f"The search by address failed ({aws_sentence(error)}): {only}", *found.searched)
    return [one for search in searches for one in search.records], "AWS", searched(searches)


def _times(number: int) -> str:
    return {0: "never", 1: "once"}.get(number, f"{number} times")


STEP = Step(
    id="around_it",
    title="What happened around it",
    questions=(_PROFILES, _RECON, _ADDRESS),
    permissions=("cloudtrail:LookupEvents",),
    ask=_ask,
    again=True,
)

"""Which CloudTrail events are our own: nobody else's is taken for ours, and ours can't be forged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.event_search import By
from bot.domain.own_events import Look, is_own, looks_for, matched, planned_calls
from bot.domain.plan import Plan
from bot.domain.receipt import Begun, OwnSession
from tests.fakes.aws_samples import stamp
from tests.fakes.chains import NOON
from tests.fakes.fake_action_aws import own_record

ACCOUNT, REGION = "111122223333", "eu-west-1"
ANCHOR = f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/a1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/anchorwatch-act"
SESSION = OwnSession(ROLE, "AW-0123456789-U1", "ava@example.com", "ASIAOURS")
KEYLESS = OwnSession(ROLE, "AW-0123456789-U1", "ava@example.com")
OWN_CREDENTIALS = OwnSession(access_key_id="AKIABOT")
DELETE = f"rolesanywhere:DeleteTrustAnchor trustAnchorId={ANCHOR.rpartition('/')[2]}"
PUTS = ("iam:PutRolePolicy RoleName=one", "iam:PutRolePolicy RoleName=two only AROA:x, AROA:y")


def plan_of(*calls: str, arn: str = ANCHOR) -> Plan:
    """A plan with these calls."""
    return Plan("x", arn, calls, {}, "", "", "", "")


def record(
    operation: str = "DeleteTrustAnchor",
    session: OwnSession = SESSION,
    *,
    seconds: float = 1,
    error: str = "ok",
    service: str = "rolesanywhere",
    **parameters: str,
) -> dict[str, Any]:
    """A record of a call so many seconds after noon."""
    asked = parameters or {"trustAnchorId": "a1"}
    made = own_record(session, service, operation, asked, error)
    return {**made, "eventID": f"event-of-{seconds}", "eventTime": stamp(NOON + timedelta(seconds=seconds))}


def begun(session: OwnSession = SESSION) -> tuple[Begun, ...]:
    """A run that began at noon."""
    return (Begun(NOON, session),)


def changed(one: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with one member changed, however deep."""
    name, _, rest = path.partition(".")
    return {**one, name: changed(one[name], rest, value) if rest else value}


FORGERIES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another key": lambda one: changed(one, "userIdentity.accessKeyId", "ASIATHEIRS"),
    "another account": lambda one: changed(one, "recipientAccountId", "999999999999"),
    "long before": lambda one: changed(one, "eventTime", stamp(NOON - timedelta(minutes=3))),
    "long after": lambda one: changed(one, "eventTime", stamp(NOON + timedelta(minutes=16))),
    "no time": lambda one: changed(one, "eventTime", "noon"),
    "no identity": lambda one: changed(one, "userIdentity", "root"),
}
KEYLESS_FORGERIES = {
    **{name: forge for name, forge in FORGERIES.items() if name != "another key"},
    "another role": lambda one: changed(one, "userIdentity.sessionContext.sessionIssuer.arn", ROLE + "2"),
    "another session": lambda one: changed(one, "userIdentity.principalId", "AROAX:AW-0123456789-U2"),
    "another person": lambda one: changed(one, "userIdentity.sessionContext.sourceIdentity", "eve@example.com"),
    "a user": lambda one: changed(one, "userIdentity.type", "IAMUser"),
    "a broken context": lambda one: changed(one, "userIdentity.sessionContext", []),
}


@pytest.mark.parametrize(
    ("session", "forgeries"), [(SESSION, FORGERIES), (KEYLESS, KEYLESS_FORGERIES)], ids=["with key", "without key"]
)
def test_ours_is_known_and_each_forgery_is_not(session: OwnSession, forgeries: Mapping[str, Any]) -> None:
    """The event of our session is ours; with one thing of it changed it is not."""
    assert is_own(record(), ACCOUNT, begun(session))
    assert [name for name, forge in forgeries.items() if is_own(forge(record()), ACCOUNT, begun(session))] == []


def test_the_key_alone_proves_it() -> None:
    """AWS itself writes the key down: a session whose names say something else, but with our key, is still ours."""
    assert is_own(changed(record(), "userIdentity.sessionContext", {}), ACCOUNT, begun())


def test_own_credentials_are_known_by_their_key_only() -> None:
    """Without an act role the key must be the bot's; without a key nothing can be ours."""
    theirs = record(session=SESSION)
    ours = changed(theirs, "userIdentity.accessKeyId", "AKIABOT")
    assert is_own(ours, ACCOUNT, begun(OWN_CREDENTIALS))
    assert not is_own(theirs, ACCOUNT, begun(OWN_CREDENTIALS))
    assert not is_own(ours, ACCOUNT, begun(OwnSession()))
    assert not is_own(ours, ACCOUNT, (Begun(NOON, None),))


def test_searches_go_by_key_where_it_is_ours_alone() -> None:
    """One search a Region and key; by the calls' names where the key is the bot's own or not known."""
    planned = planned_calls(plan_of(DELETE, *PUTS))
    since = NOON - timedelta(minutes=2)
    assert looks_for(planned, begun()) == (
        Look(REGION, By.ACCESS_KEY, "ASIAOURS", since),
        Look("us-east-1", By.ACCESS_KEY, "ASIAOURS", since),
    )
    names = [(REGION, "DeleteTrustAnchor"), ("us-east-1", "PutRolePolicy")]
    for session in (KEYLESS, OWN_CREDENTIALS):
        assert looks_for(planned, begun(session)) == tuple(Look(one, By.EVENT_NAME, name, since) for one, name in names)


@pytest.mark.parametrize(
    ("partition", "home"), [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_iam_is_looked_for_where_its_partition_keeps_it(partition: str, home: str) -> None:
    """IAM's events are in one Region of the partition, others in the trust anchor's own."""
    planned = planned_calls(plan_of(DELETE, PUTS[0], arn=ANCHOR.replace("arn:aws:", f"arn:{partition}:")))
    assert [one.region for one in planned] == [REGION, home]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        (DELETE, "trustAnchorId", "a1"),
        ("rolesanywhere:DisableProfile profileId=p1", "profileId", "p1"),
        (PUTS[1], "roleName", "two"),
        ("iam:DeleteRolePolicy RoleName=r PolicyName=RoleName=x", "roleName", "r"),
        ("iam:UpdateAccessKey UserName=eve AccessKeyId=AKIA1 Status=Inactive", "accessKeyId", "AKIA1"),
        ("rolesanywhere:CreateTrustAnchor name=x trustAnchor, with the same CA, enabled", "", ""),
    ],
)
def test_a_call_is_told_from_others_of_its_name(text: str, key: str, value: str) -> None:
    """By what the plan shows of it, as CloudTrail spells it."""
    (call,) = planned_calls(plan_of(text))
    assert (call.key, call.value) == (key, value)


def test_what_is_no_call_is_left_out() -> None:
    """A line that only explains has no event, nor has a call to our own store."""
    assert planned_calls(plan_of("Nothing is called.", "anchorwatch:ApproveCa ends=x", "owner=x", arn="odd")) == ()


def test_a_success_counts_before_a_refusal_and_each_event_once() -> None:
    """Of a call that was refused and then made, the made one counts; two equal calls need two events."""
    planned = planned_calls(plan_of(DELETE, DELETE))
    records = [record(seconds=1, error="AccessDeniedException"), record(seconds=3), record(seconds=2)]
    calls, missing = matched(planned, records, refusals_count=True)
    assert [(one.event_id, one.error_code) for one in calls] == [("event-of-2", None), ("event-of-3", None)]
    assert missing == ()
    calls, missing = matched(planned, records[:2], refusals_count=False)
    assert ([one.event_id for one in calls], missing) == (["event-of-3"], (DELETE,))


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "Throttling"])
def test_a_throttled_call_says_nothing(code: str) -> None:
    """It was made again, so its event is neither proof nor refusal."""
    assert matched(planned_calls(plan_of(DELETE)), [record(error=code)], refusals_count=True) == ((), (DELETE,))


def test_what_is_kept_of_a_call() -> None:
    """Id, Region, time, person and the whole record."""
    one = record()
    ((call,), _) = matched(planned_calls(plan_of(DELETE)), [one], refusals_count=False)
    assert (call.call, call.event_id, call.region) == ("rolesanywhere:DeleteTrustAnchor", "event-of-1", REGION)
    assert (call.at, call.source_identity, call.record) == (NOON + timedelta(seconds=1), "ava@example.com", one)


seconds = st.floats(-300, 2_000)
operations = st.sampled_from(["DeleteTrustAnchor", "PutRolePolicy", "GetTrustAnchor"])
names = st.sampled_from(["one", "two", "three"])
errors = st.sampled_from(["ok", "ok", "AccessDenied", "ThrottlingException"])
keys = st.sampled_from(["ASIAOURS", "ASIATHEIRS", "AKIABOT", None])


@st.composite
def anybodys(draw: st.DrawFn) -> dict[str, Any]:
    """A record of a call by us or by somebody who imitates us in everything but the key."""
    operation, key = draw(operations), draw(keys)
    service = "iam" if operation == "PutRolePolicy" else "rolesanywhere"
    parameters = (
        {"RoleName": draw(names)} if service == "iam" else {"trustAnchorId": draw(st.sampled_from(["a1", "b2"]))}
    )
    session = OwnSession(ROLE, SESSION.name, SESSION.source_identity, key)
    made = record(operation, session, seconds=draw(seconds), error=draw(errors), service=service, **parameters)
    return {**made, "eventID": draw(st.uuids()).hex}


@given(st.lists(anybodys(), max_size=12), st.booleans(), st.randoms())
def test_no_order_and_no_imitation_changes_what_is_found(
    records: list[dict[str, Any]],
    refusals_count: bool,  # noqa: FBT001 - Hypothesis passes it.
    shuffle: Any,
) -> None:
    """Only events with our key, of our calls, in our time, each once; nothing of ours is overlooked."""
    planned = planned_calls(plan_of(DELETE, *PUTS))
    own = [one for one in records if is_own(one, ACCOUNT, begun())]
    calls, missing = matched(planned, own, refusals_count=refusals_count)
    assert all(one.record["userIdentity"]["accessKeyId"] == "ASIAOURS" for one in calls)
    assert len({one.event_id for one in calls}) == len(calls)
    assert len(calls) + len(missing) == len(planned)
    for call in planned:
        done = [one for one in own if call.fits(one) and "errorCode" not in one]
        assert (call.text in missing) <= (not done)
    mixed = list(own)
    shuffle.shuffle(mixed)
    again, missing_again = matched(planned, mixed, refusals_count=refusals_count)
    assert missing_again == missing
    assert [(one.call, one.at, one.error_code) for one in again] == [
        (one.call, one.at, one.error_code) for one in calls
    ]

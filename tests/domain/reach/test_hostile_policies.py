"""Policies that nobody writes but to break the reading of them, and forms that are easily read wrongly."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.reach.attribute_mappings import AttributeMappings
from bot.domain.reach.freedom import Freedom
from bot.domain.reach.patterns import may_match_after, text_pattern, wildcard_steps
from bot.domain.reach.policy_document import read_statements
from bot.domain.reach.verdicts import PolicyVerdict, judge_policy
from bot.domain.reach.ways_in import Search
from tests.domain.reach.policies import (
    ANCHOR,
    IDENTITY,
    OTHER_ANCHOR,
    SESSION_NAME,
    SUBJECT_CN,
    SUBJECT_OU,
    deny,
    policy,
    statement,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FREEDOM = Freedom(ANCHOR, now=NOW)
TIME = "aws:CurrentTime"
FOREVER = "9999-12-31T23:59:59Z"
TAG_KEYS = "aws:TagKeys"
UNSEEN = [chr(0x4E00 + place) for place in range(2_500)]
PREFIX = SUBJECT_CN.removesuffix("CN")


def judged(condition: Mapping[str, Any]) -> PolicyVerdict:
    """What is said of a policy with this condition on all three actions."""
    return judge_policy(policy(statement(condition)), FREEDOM)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"DateLessThan": {TIME: FOREVER}}, "no_condition"),
        ({"DateLessThan": {TIME: "9999-12-31T23:59:59-14:00"}}, "no_condition"),
        ({"DateGreaterThan": {TIME: FOREVER}}, "condition_never_true"),
        ({"DateGreaterThan": {TIME: "0001-01-01T00:00:00+14:00"}}, "no_condition"),
        ({"DateLessThan": {TIME: "0001-01-01T00:00:00Z"}}, "condition_never_true"),
    ],
)
def test_the_first_and_the_last_second_of_the_calendar_are_dates(condition: Mapping[str, Any], reason: str) -> None:
    """A date that has no second before or after it is judged as any other."""
    assert judged(condition).reason == reason


@pytest.mark.parametrize("key", ["aws:SourceArn ", " aws:SourceArn", "aws:SourceArn\n"])
def test_a_key_with_space_around_it_is_another_key(key: str) -> None:
    """What IAM would make of it can't be known, so that a pin in it shuts nothing."""
    assert judged({"ArnEquals": {key: OTHER_ANCHOR}}).reason == "unknown_condition"


@pytest.mark.parametrize(
    ("operator", "tag", "reason"),
    [
        ("ForAnyValue:StringEquals", "x509Subject/organizationIdentifier", "unknown_condition"),
        ("ForAnyValue:StringLike", "x509Issuer/postal*", "unknown_condition"),
        ("ForAnyValue:StringEquals", "x509Issuer/*", "condition_never_true"),
        ("ForAnyValue:StringEqualsIgnoreCase", "x509Issuer/*", "condition_never_true"),
        ("ForAnyValue:StringLike", "x509Subject/2.5.*", "unknown_condition"),
        ("ForAllValues:StringNotEquals", "x509Subject/postalCode", "certificate_condition_only"),
        ("ForAnyValue:StringLike", "x509Subject/C?", "certificate_condition_only"),
        ("ForAnyValue:StringLike", "team*", "condition_never_true"),
    ],
)
def test_the_list_of_attributes_is_not_closed(operator: str, tag: str, reason: str) -> None:
    """A tag of a certificate field that no page lists may be there; one of no certificate field is not."""
    assert judged({operator: {TAG_KEYS: tag}}).reason == reason


@pytest.mark.parametrize(("octets", "reason"), [(20, "certificate_condition_only"), (32, "unknown_condition")])
def test_a_rogue_ca_may_give_long_serial_numbers(octets: int, reason: str) -> None:
    """More octets than the standard has are not known to be refused, so they are not called impossible."""
    assert judged({"StringEquals": {SESSION_NAME: "ab" * octets}}).reason == reason


def test_a_name_in_the_pin_can_be_the_anchors_id() -> None:
    """Where the pin is filled with a common name, the CA's owner takes the trust anchor's id as the name."""
    filled = ANCHOR.rpartition("/")[0] + "/${aws:PrincipalTag/x509Subject/CN}"
    found = judged({"ArnLike": {"aws:SourceArn": filled}})
    assert found.reason == "anchor_matched"
    assert found.certificate == {"x509subject/cn": ANCHOR.rpartition("/")[2]}


def test_a_number_as_a_name_gives_the_source_identity() -> None:
    """A common name that must be a number is found where the source identity must be made of it."""
    found = judged({"NumericLessThan": {SUBJECT_CN: "2"}, "StringLike": {IDENTITY: "CN=*"}})
    assert found.certificate is not None
    assert (found.certificate["x509subject/cn"], found.certificate[IDENTITY.lower()]) == ("1", "CN=1")
    contrary = {"NumericLessThan": {SUBJECT_CN: "2"}, "StringLike": {IDENTITY: "CN=web*"}}
    assert judged(contrary).reason == "unknown_condition"


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        ("alice", "condition_never_true"),
        ("CN=alice", "certificate_condition_only"),
        ("a" * 62, "certificate_condition_only"),
        ("a", "condition_never_true"),
        ("a" * 65, "condition_never_true"),
    ],
)
def test_a_name_of_62_letters_is_the_source_identity_by_itself(identity: str, reason: str) -> None:
    """A shorter one has CN= before it, by the rules of the trust model page."""
    assert judged({"StringEquals": {IDENTITY: identity}}).reason == reason


@pytest.mark.parametrize("specifier", ["Name", "Name/", "Name/*"])
def test_three_ways_to_map_all_of_a_directory_name(specifier: str) -> None:
    """They mean the same, and none of them maps another kind of alternative name."""
    mappings = AttributeMappings(frozenset({("x509san", specifier.lower())}))
    assert mappings.passes_on("x509san/name/cn") is True
    assert mappings.passes_on("x509san/dns") is False


def test_thousands_of_deny_statements_are_passed_one_after_the_other() -> None:
    """They take no calls within calls, of which Python has room for a thousand."""
    spared, shut = deny({"ArnNotEquals": {"aws:SourceArn": ANCHOR}}), deny({"StringEquals": {SUBJECT_CN: "x"}})
    allowing, first, second = read_statements(policy(statement(), spared, shut))
    way = Search((allowing, *[first] * 1_500, *[second] * 1_500), FREEDOM).way_in(sure=True)
    assert way is not None
    assert len(way.failing) == 3_000


def test_a_deny_that_was_passed_wrongly_is_passed_anew() -> None:
    """The first way past a Deny may leave none past the next; then another of its conditions has to fail."""
    first = deny({"StringEquals": {SUBJECT_CN: "a"}, "StringNotEquals": {SUBJECT_OU: "b"}})
    rest = (deny({"StringNotEquals": {SUBJECT_CN: "a"}}), deny({"StringEquals": {SUBJECT_OU: "c"}}))
    found = judge_policy(policy(statement(), first, *rest), FREEDOM)
    assert found.certificate == {"x509subject/cn": "a", "x509subject/ou": "b"}
    shut = (deny({"StringEquals": {SUBJECT_OU: "b"}}), *rest)
    assert judge_policy(policy(statement(), first, *shut), FREEDOM).reason == "denied"


@pytest.mark.parametrize(
    "conditions",
    [
        [{"StringEquals": {SUBJECT_CN: [str(place) for place in range(4_700)]}}],
        [{"StringLike": {SUBJECT_CN: [f"{one}*" for one in UNSEEN]}}],
        [{"StringEqualsIgnoreCase": {SUBJECT_CN: UNSEEN}}],
        [{"StringLike": {SUBJECT_CN: "".join(f"*{one}" for one in UNSEEN)}, "StringNotLike": {SUBJECT_CN: "*?a?b"}}],
        [{"StringLike": {SUBJECT_CN: "*?" * 16_000}}],
        [{"StringEquals": {SUBJECT_CN: [f"${{{PREFIX}OU}}{place}" for place in range(800)]}}],
        [{"StringEquals": {f"{PREFIX}{place}.1": "x" for place in range(700)}}],
        [{"StringEquals": {f"a:{place}": "x" for place in range(2_300)}}],
        [{"StringEquals": {IDENTITY: [f"CN={place}" for place in range(2_000)], SUBJECT_CN: UNSEEN[:200]}}],
        [{"Null": {f"a:{place}": "true"}} for place in range(250)],
    ],
    ids=["values", "patterns", "letters", "stars", "any", "variables", "tags", "keys", "identities", "statements"],
)
def test_the_largest_policies_take_seconds_at_most(conditions: Sequence[Mapping[str, Any]]) -> None:
    """Eight times as much as IAM takes is judged in less than five seconds of the processor, whatever it says."""
    document = policy(*(statement(one, Action="sts:*") for one in conditions))
    began = time.process_time()
    assert judge_policy(document, FREEDOM).reason != "malformed_policy"
    assert time.process_time() - began < 5


@pytest.mark.parametrize("as_text", [True, False])
def test_more_than_iam_would_have_taken_is_not_judged(as_text: bool) -> None:  # noqa: FBT001 - Both forms of a policy.
    """A policy that is longer, as an object or as text, is undetermined and the bound is named."""
    long = "x" * 33_000
    text = f'{{"Version": "2012-10-17", "Statement": [], "Id": "{long}"}}'
    found = judge_policy(text if as_text else {**policy(), "Id": long}, FREEDOM)
    assert found.reason == "malformed_policy"
    assert found.because is not None
    assert found.because.mistake == "the policy has more than 32768 characters"


def test_white_space_does_not_count() -> None:
    """A policy that is long only for its indents is judged."""
    text = '{"Version": "2012-10-17", "Statement": ' + " " * 100_000 + "[]}"
    assert judge_policy(text, FREEDOM).reason == "not_trusted"


@pytest.mark.parametrize(
    ("pattern", "beginning", "expected"),
    [("ab*", "a", True), ("ab*", "abc", True), ("ab", "abc", False), ("b*", "a", False), ("*", "", True)],
)
def test_what_may_come_after_a_beginning(pattern: str, beginning: str, expected: bool) -> None:  # noqa: FBT001 - Parameters.
    """A pattern is open after a beginning when some text that begins so matches."""
    assert may_match_after(text_pattern(wildcard_steps(pattern)), beginning) is expected

"""Who is a suspect of a case, what that takes from them, and what no name of an attacker's choice ever takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import ApprovalPolicy, may_start
from bot.domain.approval_rule import rules_by_risk
from bot.domain.case import Case
from bot.domain.detection import Actor
from bot.domain.people import Part, Person
from bot.domain.plan import Risk
from bot.domain.suspect import CONTAINMENTS, is_suspect, match_of, part_of_asking, part_of_voting, suspected
from tests.fakes.desk import HANDLERS, detection_of
from tests.fakes.fake_aws import FakeAws

ADA = Person("U1", responder=True, approver=True, names=("ada", "Ada Lovelace"), email="ada.lovelace@example.com")
CENTER_ROLE = "AWSReservedSSO_Admin_0123456789abcdef"
ISSUER = f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/{CENTER_ROLE}"
SESSION = "arn:aws:sts::111122223333:assumed-role"


def center(name: str, source_identity: str | None = None, issuer: str = ISSUER) -> Actor:
    """A session of Identity Center for a user of this name."""
    arn = f"{SESSION}/{CENTER_ROLE}/{name}"
    return Actor(arn=arn, kind="AssumedRole", session_issuer_arn=issuer, source_identity=source_identity)


def case_of(*actors: Actor) -> Case:
    """A case with one detection for each caller."""
    seen = detection_of(FakeAws().add_anchor())
    return Case("AW-0123456789", detections=tuple(replace(seen, actor=one) for one in actors))


@pytest.mark.parametrize(
    "actor",
    [
        center("someone.else@example.com", source_identity="ada.lovelace@example.com"),
        center("ada.lovelace"),
        center("ada.lovelace@example.com", issuer=f"arn:aws:iam::111122223333:role/{CENTER_ROLE}"),
        center("ada.lovelace@example.com", issuer=ISSUER + "x"),
        Actor(arn=f"{SESSION}/pki/Ada.Lovelace", kind="AssumedRole"),
        Actor(arn=f"{SESSION}/pki/ada.lovelace@example.com", kind="AssumedRole"),
        Actor(arn=f"{SESSION}/pki/аda", kind="AssumedRole"),  # noqa: RUF001 - Cyrillic.
        Actor(arn="arn:aws:iam::111122223333:user/staff/ADA", kind="IAMUser"),
        Actor(name="adalovelace", kind="IAMUser"),
    ],
)
def test_a_name_that_the_caller_may_choose_is_a_match_that_is_not_sure(actor: Actor) -> None:
    """However it is written, and also in a role that only has the name of one of Identity Center's."""
    match = match_of([actor], ADA)
    assert match is not None
    assert not match.sure


@pytest.mark.parametrize("name", ["ada.lovelace@example.com", "Ada.Lovelace@Example.com"])
def test_a_user_of_identity_center_with_the_persons_address_is_sure(name: str) -> None:
    """Also among other callers of the case."""
    match = match_of([Actor(name="ada", kind="IAMUser"), center(name)], ADA)
    assert match is not None
    assert match.sure


@pytest.mark.parametrize(
    "actor",
    [
        Actor(),
        Actor(name="ada", kind="AssumedRole"),
        Actor(arn="arn:aws:iam::111122223333:role/ada", kind="Role"),
        Actor(arn="arn:aws:iam::111122223333:user/alovelace"),
        Actor(arn="arn:aws:iam::111122223333:user/adam"),
        Actor(arn=f"{SESSION}/pki/ada.lovelace@example.org"),
        Actor(arn=f"{SESSION}/ada/i-0123"),
    ],
)
def test_what_is_only_like_it_takes_nothing(actor: Actor) -> None:
    """A role's name, a shorter form, an address at another domain."""
    assert not is_suspect(case_of(actor), ADA)
    assert suspected(case_of(actor), ADA).bars == ()


def test_what_a_suspect_may_still_do() -> None:
    """A sure one reads and asks for containment; one by a mere name also agrees to it and makes notes."""
    sure, named = (
        {part for part in Part if not suspected(case_of(one), ADA).is_barred(part)}
        for one in (center(str(ADA.email)), Actor(name="ada", kind="IAMUser"))
    )
    assert sure == {Part.READ, Part.CONTAIN}
    assert named == {Part.READ, Part.CONTAIN, Part.NOTE, Part.AGREE}


def test_the_sentence_says_who_can_help() -> None:
    """And what the person may still do, with nothing of the caller's own words."""
    actor = Actor(arn=f"{SESSION}/pki/A.D.A", kind="AssumedRole")
    (bar,) = suspected(case_of(actor), ADA, "<!subteam^S1>").bars
    assert bar.sentence == (
        "Somebody else must do this: the call was made under a session name, which is yours too. You may read, and ask "
        "for and agree to a containment that can be undone. For all else ask somebody else of <!subteam^S1>."
    )


def test_containments_are_those_that_can_be_undone_and_undo_nothing() -> None:
    """Each is an action that exists, can be undone, and is nobody's way back among them."""
    known = HANDLERS.askable
    assert {known[one].risk for one in CONTAINMENTS} == {Risk.REVERSIBLE}
    undos = {action.undo for one, action in HANDLERS.actions.items() if one in CONTAINMENTS}
    assert None not in undos
    assert not CONTAINMENTS & undos
    rungs = {rung.id for ladder in HANDLERS.askable.values() for rung in getattr(ladder, "actions", ())}
    assert rungs <= CONTAINMENTS


@pytest.mark.parametrize("action_id", sorted(set(HANDLERS.askable) - CONTAINMENTS))
def test_nothing_else_counts_as_containment(action_id: str) -> None:
    """Neither what takes one back nor what trusts a CA, and never what can't be undone or a no."""
    risk = HANDLERS.askable[action_id].risk
    assert part_of_asking(action_id, risk) is (Part.READ if risk is Risk.READ else Part.START)
    assert part_of_voting(action_id, risk) is Part.DECIDE
    assert part_of_asking("disable_trust_anchor", Risk.IRREVERSIBLE) is Part.START
    assert part_of_voting("disable_trust_anchor", Risk.REVERSIBLE, yes=False) is Part.DECIDE


NAMES = st.sampled_from(("ada", "ben", "carla", "ada.lovelace", "ADA", "аdа", "x")) | st.text(max_size=12)  # noqa: RUF001
ADDRESSES = st.builds("{}@{}".format, NAMES, st.sampled_from(("example.com", "example.org")))
WRITTEN = NAMES | ADDRESSES
ACTORS = st.one_of(
    st.builds(center, WRITTEN),
    st.builds(lambda one: Actor(arn=f"{SESSION}/pki/{one}", kind="AssumedRole", source_identity=one), WRITTEN),
    st.builds(lambda one: Actor(arn=f"arn:aws:iam::111122223333:user/{one}", kind="IAMUser", name=one), WRITTEN),
)
TEAMS = st.lists(
    st.tuples(st.lists(NAMES, max_size=2), st.none() | ADDRESSES),
    min_size=2,
    max_size=5,
    unique_by=lambda one: one[1].casefold() if one[1] else object(),
)


@given(actor=ACTORS, team=TEAMS)
def test_no_caller_locks_two_people_out_of_disabling(actor: Actor, team: list[tuple[list[str], str | None]]) -> None:
    """Whatever the caller is called, everybody may ask, and somebody else may agree."""
    case, policy = case_of(actor), ApprovalPolicy(rules_by_risk(reversible=1))
    people = [
        suspected(case, Person(f"U{number}", responder=True, approver=True, names=tuple(names), email=email))
        for number, (names, email) in enumerate(team)
    ]
    asking = part_of_asking("disable_trust_anchor", Risk.REVERSIBLE)
    assert all(may_start(policy, Risk.REVERSIBLE, one, asking).allowed for one in people)
    agreeing = part_of_voting("disable_trust_anchor", Risk.REVERSIBLE)
    assert sum(one.is_barred(agreeing) for one in people) <= 1
    assert any(not one.is_barred(agreeing) for one in people[1:]) or not people[0].is_barred(agreeing)


@given(names=st.lists(WRITTEN, min_size=1, max_size=6), team=TEAMS)
def test_no_number_of_chosen_names_takes_a_yes_to_containment(
    names: list[str], team: list[tuple[list[str], str | None]]
) -> None:
    """Also when an attacker calls once under the name of each person on call."""
    case = case_of(*(Actor(arn=f"{SESSION}/pki/{one}", kind="AssumedRole", source_identity=one) for one in names))
    for number, (known, email) in enumerate(team):
        person = suspected(case, Person(f"U{number}", names=tuple(known), email=email))
        assert not any(person.is_barred(part) for part in (Part.READ, Part.NOTE, Part.CONTAIN, Part.AGREE))

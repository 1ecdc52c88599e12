"""The document of a shared policy: each case writes and removes its own, and nothing else is let in."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import AwsError
from bot.domain.managed_denials import (
    MOST_CHARACTERS,
    check_ours,
    composed,
    denials,
    on_role,
    others_sha256,
    premade_document,
    roles_of,
)
from bot.domain.session_revocation import Revocation, is_revoked

ARN = "arn:aws:iam::111122223333:policy/sec/p"
ROLE = "arn:aws:iam::111122223333:role/"
AT = datetime(2026, 11, 22, 3, 0, 30, tzinfo=UTC)
ROLES = [f"{ROLE}{one}" for one in ("a", "b", "team/c")]
NAMES = [f"AnchorwatchRevoke{kind}-AW-{case * 10}" for kind in ("Sessions", "Known") for case in "01"]

user_ids = st.lists(st.sampled_from([f"AROAEXAMPLE00000000{one}:0a" for one in "ab"]), unique=True).map(tuple)
identities = st.lists(st.sampled_from(["CN=a", "CN=b"]), unique=True).map(tuple)


@st.composite
def groups(draw: st.DrawFn) -> list[Revocation]:
    """Revocations of some roles under one name; all of them name somebody, or none does."""
    name, roles = draw(st.sampled_from(NAMES)), draw(st.lists(st.sampled_from(ROLES), min_size=1, unique=True))
    if draw(st.booleans()):
        return [Revocation(one, name, managed_arn=ARN) for one in roles]
    shared = draw(identities)
    made = [Revocation(one, name, draw(user_ids), shared, ARN) for one in roles]
    return [one for one in made if one.user_ids or one.identities] or [Revocation(roles[0], name, (), ("CN=a",), ARN)]


def written(document: dict[str, Any], group: list[Revocation], at: datetime = AT) -> dict[str, Any]:
    """The document with a group in it."""
    made: dict[str, Any] = json.loads(composed(document, [group[0].policy_name], denials(group, at)))
    return made


@given(st.lists(groups(), max_size=5), groups())
def test_what_is_written_is_found_and_removed_alone(before: list[list[Revocation]], group: list[Revocation]) -> None:
    """Whatever stands there for others stays as it is, and removing restores the document to the letter."""
    document = premade_document()
    for other in before:
        if other[0].policy_name != group[0].policy_name:
            document = written(document, other)
    done = written(document, group)
    check_ours(done, ARN)
    for one in group:
        found = on_role(one, group, done)
        assert is_revoked(found, one, AT - timedelta(seconds=1))
    others = [one for one in done["Statement"] if one not in denials(group, AT)]
    assert others == document["Statement"]
    assert json.loads(composed(done, [group[0].policy_name], ())) == document
    case = group[0].policy_name[-13:]
    without_case = others_sha256(document, case)
    assert others_sha256(done, case) == without_case


@given(groups())
def test_writing_again_only_moves_the_moment(group: list[Revocation]) -> None:
    """The same revocation later has the same statements with a later moment, and not two of each."""
    once, later = written(premade_document(), group), AT + timedelta(hours=1)
    twice = written(once, group, later)
    assert len(twice["Statement"]) == len(once["Statement"])
    assert twice == written(premade_document(), group, later)


@given(groups(), st.data())
def test_nothing_that_was_changed_by_another_hand_passes(group: list[Revocation], data: st.DataObject) -> None:
    """Another effect, action, resource, operator, key or no role: the document is not ours any more."""
    document = written(premade_document(), group)
    changed = deepcopy(document)
    statement = changed["Statement"][-1]
    changes: dict[str, Any] = {
        "effect": lambda: statement.update(Effect="Allow"),
        "action": lambda: statement.update(Action="s3:*"),
        "resource": lambda: statement.update(Resource=["*", "x"]),
        "not_action": lambda: statement.update(NotAction="iam:*"),
        "operator": lambda: statement["Condition"].update(StringLike={"aws:userid": "*"}),
        "key": lambda: statement["Condition"].setdefault("StringEquals", {}).update({"aws:SourceVpc": "v"}),
        "no_role": lambda: statement["Condition"].pop("ArnEquals"),
        "only_role": lambda: statement.update(Condition={"ArnEquals": statement["Condition"]["ArnEquals"]}),
        "sid": lambda: statement.update(Sid="Theirs"),
        "scalar": lambda: changed.update(Statement=statement),
    }
    changes[data.draw(st.sampled_from(sorted(changes)))]()
    with pytest.raises(AwsError, match="p holds something"):
        check_ours(changed, ARN)


def test_a_weakened_statement_is_not_the_denial() -> None:
    """Fewer roles or an earlier moment than were put: what stands there is shown as it is and revokes nothing."""
    group = [Revocation(one, NAMES[0], managed_arn=ARN) for one in ROLES]
    document = written(premade_document(), group[:2])
    assert on_role(group[2], group, document) is None
    found = on_role(group[0], group, document)
    assert found is not None
    assert not is_revoked(found, group[0], None)
    whole = on_role(group[0], group, written(premade_document(), group))
    assert is_revoked(whole, group[0], None)
    assert not is_revoked(whole, group[0], AT)


def test_room_for_cases() -> None:
    """Eight cases of three roles each fit with room to spare; what does not fit is refused with both numbers."""
    document = premade_document()
    for number in range(8):
        name = f"AnchorwatchRevokeSessions-AW-{number:010}"
        document = written(document, [Revocation(one, name, managed_arn=ARN) for one in ROLES])
    assert len(json.dumps(document, separators=(",", ":"))) < MOST_CHARACTERS
    many = [Revocation(f"{ROLE}{'x' * 60}{number}", NAMES[0], managed_arn=ARN) for number in range(60)]
    with pytest.raises(AwsError, match="AWS takes 6144"):
        written(document, many)
    assert roles_of(premade_document()["Statement"][0]) == ()

"""Each part of the live state of each action, moved alone, is a difference; what is not part of it is none."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.action import ResponseAction, Risk, Target, differences
from bot.registry import load_actions
from tests.fakes.aws_samples import pem_of, trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import CRL, planned, ready

ACTIONS = load_actions()
ON_ANCHOR = [one for one in ACTIONS.values() if one.on_anchor and one.risk is not Risk.READ]
CHANGING = [one for one in ACTIONS.values() if one.risk is not Risk.READ]
PCA = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "arn:aws:acm-pca:eu-west-1:1:certificate-authority/x"}}

Move = Callable[[FakeAws, Target], object]


def anchor_of(aws: FakeAws, target: Target) -> dict[str, object]:
    """The trust anchor, to be changed."""
    anchor = aws.anchor(target)
    assert anchor is not None
    return anchor


def bundle(*certificates: bytes) -> dict[str, object]:
    """A source with these certificates."""
    data = {"x509CertificateData": "\n".join(map(pem_of, certificates))}
    return {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": data}


ANCHOR_MOVES: dict[str, tuple[Move, set[str]]] = {
    "renamed": (lambda aws, at: anchor_of(aws, at).update(name="another"), {"name"}),
    "switched": (
        lambda aws, at: anchor_of(aws, at).update(enabled=not anchor_of(aws, at)["enabled"]),
        {"enabled"},
    ),
    "another certificate": (lambda aws, at: anchor_of(aws, at).update(source=bundle(b"other")), {"certificates"}),
    "one more certificate": (
        lambda aws, at: anchor_of(aws, at).update(source=bundle(b"a certificate", b"other")),
        {"certificates"},
    ),
    "a private CA now": (
        lambda aws, at: anchor_of(aws, at).update(source=PCA),
        {"certificates", "ACM PCA", "source type"},
    ),
    "touched": (
        lambda aws, at: anchor_of(aws, at).update(updatedAt=aws.time + timedelta(seconds=1)),
        {"changed at"},
    ),
}


@pytest.mark.parametrize("action", ON_ANCHOR, ids=lambda action: action.id)
@pytest.mark.parametrize("move", ANCHOR_MOVES)
async def test_each_part_of_a_trust_anchor(action: ResponseAction, aws: FakeAws, target: Target, move: str) -> None:
    """Name, switch, certificates, source and last change: what moved is named, and nothing else."""
    change, names = ANCHOR_MOVES[move]
    shown = replace(await planned(action, aws, target), unknown=())
    change(aws, target)
    assert {one.what for one in differences(shown, await planned(action, aws, target))} == names


def policy_on(aws: FakeAws, name: str) -> None:
    """Somebody puts a policy of this name, or changes or removes the one that is there, on every role."""
    for role in aws.iam().roles:
        standing = aws.iam().policies.get((role, name))
        if standing is None:
            aws.iam().policies[role, name] = {"Version": "2012-10-17", "Statement": []}
        else:
            standing["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"] = "2020-01-01T00:00:00Z"


def switch_profiles(aws: FakeAws) -> None:
    """Somebody switches every profile."""
    for one in aws.profiles():
        one["enabled"] = not one["enabled"]


def touch_profiles(aws: FakeAws) -> None:
    """Somebody changes what the profiles let in."""
    for one in aws.profiles():
        one["roleArns"], one["updatedAt"] = [], aws.time + timedelta(seconds=5)


def switch_keys(aws: FakeAws) -> None:
    """Somebody switches every access key."""
    keys = aws.iam().keys
    keys.update({one: {"Active": "Inactive", "Inactive": "Active"}[status] for one, status in keys.items()})


def reword(aws: FakeAws) -> None:
    """Somebody changes a role's trust policy for IAM Roles Anywhere."""
    aws.iam().roles["deployer"]["AssumeRolePolicyDocument"] = trust_policy(source_arn="arn:other")


def switch_list(aws: FakeAws) -> None:
    """Somebody imports the revocation list, or disables the one that is there."""
    lists = aws.crls()
    for one in lists.values():
        one["enabled"] = not one["enabled"]
    if not lists:
        data = base64.b64encode(CRL.encode()).decode()
        arn = aws.anchors()[0]["trustAnchorArn"]
        lists["crl-1"] = {"crlId": "crl-1", "name": "x", "crlData": data, "trustAnchorArn": arn, "enabled": True}


async def moves(action: ResponseAction, aws: FakeAws, target: Target) -> dict[str, Callable[[FakeAws], object]]:
    """What somebody can do to the things that an action touches, by a part of the difference's name."""
    shown = await planned(action, aws, target)
    found: dict[str, Callable[[FakeAws], object]] = {}
    for what in shown.state:
        if what.startswith("policy "):
            found[what] = partial(policy_on, name=what.split()[1])
        elif what == "this list":
            found[what] = switch_list
        elif what.startswith("access key ") and what.endswith("status"):
            found[what] = switch_keys
        elif what.endswith(" enabled"):
            found[what] = switch_profiles
        elif what.endswith(" changed at") and what.startswith("profile"):
            found[what] = touch_profiles
        elif what == "trust policies for IAM Roles Anywhere":
            found[what] = reword
        elif what == "one with this name and CA":
            found[what] = lambda there: there.add_anchor()
    return found


ELSEWHERE = [
    one for one in CHANGING if not one.on_anchor and one.id not in ("add_to_inventory", "remove_from_inventory")
]


@pytest.mark.parametrize("action", ELSEWHERE, ids=lambda action: action.id)
async def test_each_thing_that_a_plan_elsewhere_touches(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """Policies, keys, profiles, copies and trust policies as they stand: each, moved alone, is named."""
    known = await moves(action, aws, prepared)
    assert known, "say in moves() what can change what this action touches"
    for what, move in known.items():
        shown = replace(await planned(action, aws, prepared), unknown=())
        move(aws)
        live = replace(await planned(action, aws, prepared), unknown=())
        assert what in {one.what for one in differences(shown, live)}
        assert shown.digest() != live.digest()


@pytest.mark.parametrize("action_id", ["disable_profile", "enable_profile"])
async def test_a_profile_is_more_than_its_name(aws: FakeAws, target: Target, action_id: str) -> None:
    """Its switch and its last change are part of what is compared, because the name says nothing of its roles."""
    prepared = await ready(ACTIONS[action_id], ACTIONS, aws, target)
    state = (await planned(ACTIONS[action_id], aws, prepared)).state
    assert [what.split()[2:] for what in state] == [[], ["enabled"], ["changed", "at"]]


@pytest.mark.parametrize("action", ELSEWHERE, ids=lambda action: action.id)
async def test_what_a_plan_does_not_touch_does_not_stop_it(
    action: ResponseAction, aws: FakeAws, prepared: Target
) -> None:
    """Another role, another profile, another user's key: life goes on beside it."""
    shown = replace(await planned(action, aws, prepared), unknown=())
    aws.add_role("beside", {"Version": "2012-10-17", "Statement": []})
    aws.add_profile("beside", [])
    aws.iam().keys["someone", "AKIAEXAMPLE000000009"] = "Active"
    aws.iam().policies["beside", "theirs"] = {"Statement": []}
    assert differences(shown, await planned(action, aws, prepared)) == ()

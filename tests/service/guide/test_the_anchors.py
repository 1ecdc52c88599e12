"""The step about the trust anchor itself and its neighbours."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.answer import Standing
from bot.domain.detection import Actor
from bot.domain.house import House
from bot.domain.verdict import EFFECTS, Effect
from bot.service.guide import the_anchors
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step


async def test_it_says_whether_external_cas_are_usual(desk: Desk) -> None:
    """Other trust anchors of the Region are counted by the kind of their CA."""
    private = desk.aws.add_anchor(name="pca", source={"sourceType": "AWS_ACM_PCA", "sourceData": {}})
    desk.aws.add_anchor(name="other")
    found = await ask_step(the_anchors.STEP, await desk.case(), desk.aws)
    facts = {"others": 2, "external": 1, "private_ca_arns": [private.anchor_arn]}
    assert found["other_anchors"].facts == facts


async def test_the_only_anchor_of_the_region_is_a_sign(desk: Desk) -> None:
    """A first trust anchor is said to be the first."""
    found = await ask_step(the_anchors.STEP, await desk.case(), desk.aws)
    assert [one.code for one in found["other_anchors"].signs] == ["first_anchor"]


async def test_a_first_anchor_of_its_owners_may_be_the_set_up(desk: Desk) -> None:
    """Made by somebody whose job it is, being the first speaks against trouble, and says so."""
    case = await desk.case()
    owner = replace(case.detection, actor=Actor(arn="arn:aws:sts::111122223333:assumed-role/pki/maria"))
    house = House(owners=("arn:aws:sts::*:assumed-role/pki/*",))
    found = await ask_step(the_anchors.STEP, replace(case, detections=(owner,)), desk.aws, house=house)
    assert [one.code for one in found["other_anchors"].signs] == ["first_setup"]
    assert EFFECTS["first_setup"] is Effect.AGAINST_TROUBLE
    assert "perhaps the first set-up" in found["other_anchors"].sentence


async def test_an_anchor_that_was_there_before_is_no_first(desk: Desk) -> None:
    """One that was changed or enabled is as old as it is, also when there is no other."""
    changed = replace(detection_of(desk.target), event_name="UpdateTrustAnchor")
    found = await ask_step(the_anchors.STEP, replace(await desk.case(), detections=(changed,)), desk.aws)
    assert found["other_anchors"].signs == ()
    assert "the only trust anchor" in found["other_anchors"].sentence


async def test_an_anchor_that_is_gone_is_answered(desk: Desk) -> None:
    """A deleted trust anchor is an answer, not an error."""
    case = await desk.case()
    desk.aws._place(desk.target.account, desk.target.region).anchors.clear()  # noqa: SLF001 - Somebody deleted it.
    found = await ask_step(the_anchors.STEP, case, desk.aws)
    assert found["anchor_exists"].facts == {"exists": False}


async def test_a_refused_list_names_the_permission(desk: Desk) -> None:
    """What may not be listed is said with the missing permission, and nothing is claimed."""
    desk.aws.fail("rolesanywhere:ListTrustAnchors", "deny")
    found = await ask_step(the_anchors.STEP, await desk.case(), desk.aws)
    assert found["other_anchors"].standing is Standing.NOT_ALLOWED
    assert found["other_anchors"].missing == ("rolesanywhere:ListTrustAnchors",)

"""Who may create trust anchors: one read for all, a capped list, and honest about what was not weighed."""

from __future__ import annotations

from typing import Any

from bot.domain.answer import Answer, Standing
from bot.service.guide import the_roles, who_may_create
from bot.service.guide.inquiry import Inquiry
from bot.service.investigate import answers_of
from tests.fakes.desk import Desk
from tests.fakes.guide_desk import ask_step, sources_of

DETAILS = "iam:GetAccountAuthorizationDetails"
ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
WITH_MFA = {"Statement": [{**ALL["Statement"][0], "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}


def entry(kind: str, name: str, document: Any) -> dict[str, Any]:
    """A role or user with one inline policy."""
    member = "RolePolicyList" if kind == "role" else "UserPolicyList"
    arn = f"arn:aws:iam::111122223333:{kind}/{name}"
    return {"Arn": arn, "RoleName": name, member: [{"PolicyName": "own", "PolicyDocument": document}]}


async def asked(desk: Desk) -> Answer:
    """The step's answer."""
    return (await ask_step(who_may_create.STEP, await desk.case(), desk.aws))["who_may_create"]


async def test_roles_and_users_are_told_with_their_policies(desk: Desk) -> None:
    """Sure ones first; whom only a condition lets is called perhaps, and what was not weighed is named."""
    roles = [entry("role", "mfa-only", WITH_MFA), entry("role", "deployer", ALL), entry("role", "idle", {})]
    desk.aws.serve(DETAILS, {"RoleDetailList": roles, "UserDetailList": [entry("user", "ada", ALL)]})
    found = await asked(desk)
    assert found.sentence == (
        "Besides the root user, 2 roles and 1 user may create trust anchors here, 1 of them perhaps."
    )
    assert found.lines == (
        "role/deployer: by own",
        "user/ada: by own",
        "role/mfa-only: by own, perhaps: only under a condition or for single resources",
    )
    assert found.facts["unread"] == 1
    assert len([one for one in found.not_checked if "SCPs" in one or "can't be read" in one]) == 2
    assert found.signs == ()


async def test_a_long_list_is_cut(desk: Desk) -> None:
    """Forty administrators make 25 lines and a count of the rest, and no word of users where none may."""
    desk.aws.serve(DETAILS, {"RoleDetailList": [entry("role", f"r{number}", ALL) for number in range(40)]})
    found = await asked(desk)
    assert (len(found.lines), found.lines[-1], found.facts["roles"]) == (26, "and 15 more", 40)
    assert found.sentence == "Besides the root user, 40 roles may create trust anchors here."


async def test_nobody_is_said_to_be_nobody(desk: Desk) -> None:
    """Without a role or user that may, only the root user is left."""
    desk.aws.serve(DETAILS, {"RoleDetailList": []})
    assert "only the root user may." in (await asked(desk)).sentence


async def test_a_refusal_names_the_permission(desk: Desk) -> None:
    """Without the one read nothing is claimed."""
    desk.aws.fail(DETAILS, "deny")
    found = await asked(desk)
    assert (found.standing, found.missing) == (Standing.NOT_ALLOWED, (DETAILS,))


async def test_it_costs_no_call_beside_that_of_the_roles(desk: Desk) -> None:
    """In one round both steps share the read."""
    desk.aws.serve(DETAILS, {"RoleDetailList": [entry("role", "deployer", ALL)]})
    await desk.detect()
    inquiry = Inquiry(await desk.case(), sources_of(desk.aws), desk.aws.time, 0, {}, _nobody_listens)
    for step in (the_roles.STEP, who_may_create.STEP):
        await answers_of(step, inquiry.of(step))
    assert inquiry.calls[DETAILS] == 1


async def _nobody_listens(_sentence: str) -> None:
    return

"""Was it in order: limits, the account, a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.answer import Answer, Standing
from bot.domain.house import Account, Environment, House, Limits
from bot.service.guide import in_order
from bot.service.guide.account_facts import PERMISSIONS
from tests.authorities import pem, sound_ca
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_aws import ACCOUNT
from tests.fakes.guide_desk import ask_step
from tests.records import make_key

MANAGEMENT = "999999999999"
ROOT = sound_ca()
SIGNED = sound_ca("CN=Issuing", issuer="CN=Somebody", issuer_key=make_key("rsa-2048"))


async def answers(desk: Desk, house: House | None = None, certificate: Any = ROOT) -> dict[str, Answer]:
    """The step's answers for a CA of one certificate."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = pem(certificate)
    ca = read_certificates((pem(certificate),))
    case = replace(await desk.case(), detections=(detection_of(desk.target),), ca=ca)
    return await ask_step(in_order.STEP, case, desk.aws, house=house)


def account(environment: Environment) -> House:
    """A house that knows the account."""
    return House(accounts=(Account(ACCOUNT, "payments", environment),))


def serve_organization(desk: Desk, name: str = "web-01", unit: str = "Workloads", **tags: str) -> None:
    """Let the management account know the account."""
    serve = desk.aws.serve
    serve("organizations:DescribeOrganization", {"Organization": {"MasterAccountId": MANAGEMENT}})
    serve("organizations:DescribeAccount", {"Account": {"Id": ACCOUNT, "Name": name}})
    serve("organizations:ListTagsForResource", {"Tags": [{"Key": key, "Value": tags[key]} for key in tags]})
    serve("organizations:ListParents", {"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]})
    serve("organizations:DescribeOrganizationalUnit", {"OrganizationalUnit": {"Name": unit}})
    serve("iam:ListAccountAliases", {"AccountAliases": ["corp-web"]})


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(accounts=(ACCOUNT,), longest_years=10), ["within_limits"]),
        (Limits(accounts=("999999999999",), longest_years=10), ["limits_broken"]),
    ],
)
async def test_limits_pass_or_fail_each(desk: Desk, limits: Limits, code: list[str]) -> None:
    """Every written limit has a line, and one that is broken counts."""
    found = (await answers(desk, House(limits=limits)))["within_limits"]
    assert codes(found) == code
    assert len(found.lines) == 2


async def test_unwritten_limits_are_not_passed(desk: Desk) -> None:
    """Without limits nothing is kept to."""
    assert (await answers(desk))["within_limits"].standing is Standing.COULD_NOT_CHECK


@pytest.mark.parametrize(
    ("environment", "code"),
    [(Environment.PRODUCTION, ["production_account"]), (Environment.LAB, []), (Environment.OTHER, [])],
)
async def test_the_house_knows_its_accounts(desk: Desk, environment: Environment, code: list[str]) -> None:
    """What people wrote is taken, and AWS is not asked."""
    found = (await answers(desk, account(environment)))["environment"]
    assert (codes(found), found.facts["by"]) == (code, "house")
    assert not [call for call in desk.aws.journal if call.service == "organizations"]


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        ({"env": "prod"}, "production"),
        ({"env": "sandbox"}, "lab"),
        ({"owner": "ada"}, None),
        ({"owner": "product"}, None),
        ({"name": "billing-prod", "env": "test"}, "production"),
        ({"unit": "Sandbox"}, "lab"),
    ],
)
async def test_aws_hints_at_what_an_account_is_for(desk: Desk, known: dict[str, str], hint: str | None) -> None:
    """Names and tags in the organization hint, and the answer says that it is a hint."""
    serve_organization(desk, **known)
    found = (await answers(desk))["environment"]
    assert found.facts == {"hint": hint, "by": "aws"}
    assert "Nobody has told Anchorwatch" in found.sentence
    assert codes(found) == (["production_account"] if hint == "production" else [])


async def test_the_management_account_is_asked(desk: Desk) -> None:
    """A member may not describe itself."""
    serve_organization(desk)
    await answers(desk)
    (asked,) = [call for call in desk.aws.journal if call.operation == "DescribeAccount"]
    assert (asked.target.account, asked.parameters) == (MANAGEMENT, {"AccountId": ACCOUNT})


async def test_refusals_name_every_permission(desk: Desk) -> None:
    """Nothing is known and nothing is claimed."""
    for one in PERMISSIONS:
        desk.aws.fail(one, "deny")
    found = (await answers(desk))["environment"]
    assert (found.standing, found.missing) == (
        Standing.NOT_ALLOWED,
        ("iam:ListAccountAliases", "organizations:DescribeOrganization"),
    )


async def test_a_refusal_leaves_the_rest(desk: Desk) -> None:
    """The alias is told where the organization is shut, and the gap is named."""
    serve_organization(desk)
    desk.aws.fail("organizations:DescribeAccount", "deny")
    found = (await answers(desk))["environment"]
    assert "corp-web" in found.sentence
    assert found.not_checked == ("Not allowed: the permission organizations:DescribeAccount is missing.",)


async def test_an_answer_about_another_account_is_dropped(desk: Desk) -> None:
    """Credentials of another organization tell nothing of this account."""
    serve_organization(desk, env="prod")
    desk.aws.serve("organizations:DescribeAccount", {"Account": {"Id": "1", "Name": "theirs-prod"}})
    assert (await answers(desk))["environment"].facts["hint"] is None


@pytest.mark.parametrize(
    ("environment", "certificate", "code"),
    [
        (Environment.LAB, ROOT, ["lab_test"]),
        (Environment.LAB, SIGNED, []),
        (Environment.PRODUCTION, ROOT, []),
    ],
)
async def test_a_self_signed_ca_in_a_lab_may_be_a_test(
    desk: Desk, environment: Environment, certificate: Any, code: list[str]
) -> None:
    """Both must hold: the lab that people listed, and a signature that was checked."""
    assert codes((await answers(desk, account(environment), certificate))["lab_test"]) == code

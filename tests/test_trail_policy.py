"""The role that queries Athena: what is printed is enough for every search, and goes no further than its own places."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.athena_search import PERMISSIONS, AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.trail_files import CALLS, IAM_ACTIONS
from bot.cli import build_parser
from bot.domain.identity import Target
from bot.iam_policies import ATHENA, Place, permissions_policy, trust_policy
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.trail_files import write_trail_files
from bot.trail_policy import NEEDED, TrailPlace, trail_policy
from tests.contracts.test_event_search import query, record
from tests.fakes.aws_worlds import aws_environment
from tests.fakes.fake_search import unheard
from tests.fakes.search_worlds import TRAIL, HttpWorld, make_table

ACCOUNT, BOT = "123456789012", "arn:aws:iam::111122223333:role/anchorwatch"
TRAIL_PLACE = TrailPlace("us-east-1", "s3://trail", "s3://results")
PLACE = Place(ACCOUNT, BOT, "r", "a", "shared", trail=TRAIL_PLACE, athena_role="aw-athena")
ARGUMENTS = ["iam", "--role", "athena", "--account", ACCOUNT, "--principal", BOT]
PLACES = ["--region", "eu-central-1", "--trail", "s3://org-trail/p/q/", "--results", "s3://results"]


def allowed(place: TrailPlace) -> dict[str, Any]:
    """The resources of each IAM action; of one that stands twice, the last."""
    statements = trail_policy(ACCOUNT, "aws", place)["Statement"]
    return {action: one["Resource"] for one in statements for action in one["Action"]}


async def test_the_printed_role_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a role that may do nothing else, over HTTP, a search is priced, run and read."""
    with aws_environment(monkeypatch) as endpoint_url:
        iam = connect("iam", endpoint_url)
        trust = json.dumps(trust_policy(ATHENA, PLACE))
        arn = iam.create_role(RoleName="aw-athena", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        # The stand-in knows no resource of Athena, Glue and S3: what the policy is held to is tested below.
        allowing = permissions_policy(ATHENA, (), PLACE)["Statement"]
        anywhere = {"Version": "2012-10-17", "Statement": [{**one, "Resource": "*"} for one in allowing]}
        policy = json.dumps(anywhere)
        iam.put_role_policy(RoleName="aw-athena", PolicyName="anchorwatch", PolicyDocument=policy)
        iam.close()
        await asyncio.to_thread(make_table, endpoint_url)
        accounts = BotoAccounts(arn, "", external_id="shared")
        search = AthenaSearch(accounts, replace(TRAIL, role_arn=arn))
        HttpWorld(endpoint_url, search, ("athena", "StartQueryExecution")).record(record())
        await asyncio.to_thread(write_trail_files, endpoint_url, "trail", "o-abc1234567")
        try:
            found = await search.search(Target(ACCOUNT, "eu-west-1", None, None), query(), unheard())
        finally:
            await accounts.close()
    assert found.read == 1
    assert found.scan is not None
    assert found.scan.expected.startswith("about ")


def test_it_has_every_action_of_the_search() -> None:
    """Each call that the search makes by itself is in the policy and on the page."""
    wanted = {*PERMISSIONS, *(IAM_ACTIONS.get(one, one) for one in CALLS)}
    assert wanted <= allowed(TRAIL_PLACE).keys()
    assert wanted <= {action for actions, _, _ in NEEDED for action in actions}


def test_it_is_held_to_its_own_places() -> None:
    """The workgroup, the table, the trail's files below their prefix, the results, and keys only where named."""
    place = TrailPlace(
        "eu-central-1", "s3://org-trail/p/q/", "s3://results", "sec", "db", "t", ("arn:aws:kms:eu-central-1:1:key/k",)
    )
    found = allowed(place)
    assert found["athena:StartQueryExecution"] == f"arn:aws:athena:eu-central-1:{ACCOUNT}:workgroup/sec"
    assert f"arn:aws:glue:eu-central-1:{ACCOUNT}:table/db/t" in found["glue:GetTable"]
    assert found["s3:ListBucket"] == ["arn:aws:s3:::org-trail", "arn:aws:s3:::results"]
    assert found["s3:PutObject"] == "arn:aws:s3:::results/*"
    assert found["kms:Decrypt"] == ["arn:aws:kms:eu-central-1:1:key/k"]
    texts = [json.dumps(one) for one in trail_policy(ACCOUNT, "aws", place)["Statement"]]
    assert any('["s3:GetObject"], "Resource": "arn:aws:s3:::org-trail/p/q/*"' in one for one in texts)
    assert "kms:Decrypt" not in allowed(TRAIL_PLACE)


async def run(*words: str) -> int:
    """The command's exit code."""
    arguments = build_parser().parse_args([*ARGUMENTS, *words])
    return int(await arguments.do(arguments))


@pytest.mark.parametrize("form", ["json", "cloudformation", "terraform"])
async def test_the_command_prints_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In every form, with the names that were given."""
    assert await run(*PLACES, "--format", form, "--athena-role", "reader", "--database", "db") == 0
    printed = capsys.readouterr().out
    for words in ("reader", "athena:StartQueryExecution", "database/db", "org-trail/p/q/*", BOT):
        assert words in printed
    assert "rolesanywhere" not in printed


@pytest.mark.parametrize("left_out", ["--region", "--trail", "--results"])
async def test_what_it_needs_is_asked_for(left_out: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without one of its places nothing is printed."""
    at = PLACES.index(left_out)
    assert await run(*PLACES[:at], *PLACES[at + 2 :]) == 2
    assert capsys.readouterr() == ("", "--role athena needs --region, --trail and --results.\n")


@pytest.mark.parametrize("wrong", [["--trail", "org-trail"], ["--results", "s3://x/${a}"], ["--kms-key", "alias/x"]])
def test_wrong_places_are_refused(wrong: list[str]) -> None:
    """What could break out of a policy is none."""
    with pytest.raises(SystemExit):
        build_parser().parse_args([*ARGUMENTS, *PLACES, *wrong])

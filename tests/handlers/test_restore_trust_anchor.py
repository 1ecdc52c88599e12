"""Restore Trust Anchor: a copy from what the deletion kept, and honest about what is not the same."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

from bot.domain.action import Evidence, Target
from bot.registry import load_actions
from handlers.restore_trust_anchor import ACTION
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import CRL, add_list, applied, planned, ready


async def deleted(aws: FakeAws, **members: object) -> Target:
    """A trust anchor that its case deleted."""
    return await ready(ACTION, load_actions(), aws, aws.add_anchor(**members))  # type: ignore[arg-type]


async def test_the_copy_is_the_same_but_for_its_arn() -> None:
    """Name, CA and switch are as they were; the old ARN is gone for good."""
    aws = FakeAws()
    target = await deleted(aws, name="ci", enabled=False)
    await applied(ACTION, aws, target)
    (copy,) = aws.anchors()
    assert (copy["name"], copy["enabled"]) == ("ci", False)
    assert copy["source"]["sourceType"] == "CERTIFICATE_BUNDLE"
    assert copy["trustAnchorArn"] != target.anchor_arn


async def test_tags_come_back_but_for_those_of_aws() -> None:
    """Only AWS may set keys that begin with aws:, and the plan says how many are lost; alias and settings come back."""
    aws = FakeAws()
    setting = {"event": "CA_CERTIFICATE_EXPIRY", "enabled": False, "threshold": 90, "configuredBy": "111122223333"}
    anchor = aws.add_anchor(aliasName="pki/ci", crlDpRevocationEnabled=True, notificationSettings=[setting])
    aws.tags[str(anchor.anchor_arn)] = [{"key": "owner", "value": "pki"}, {"key": "AWS:stack", "value": "x"}]
    target = await ready(ACTION, load_actions(), aws, anchor)
    plan = await applied(ACTION, aws, target)
    (copy,) = aws.anchors()
    assert aws.tags[copy["trustAnchorArn"]] == [{"key": "owner", "value": "pki"}]
    assert (copy["aliasName"], copy["crlDpRevocationEnabled"]) == ("pki/ci", True)
    kept = {"event": "CA_CERTIFICATE_EXPIRY", "enabled": False, "threshold": 90}
    assert copy["notificationSettings"] == [kept]
    assert "with the same CA and 1 tag, enabled" in plan.calls[0]
    assert plan.does_not_stop.startswith("What does not come back: the ARN, 1 tag of AWS's own.")


async def test_revocation_lists_come_back() -> None:
    """Each list of the trust anchor, and of no other, is imported anew, switched as it was."""
    aws = FakeAws()
    anchor, other = aws.add_anchor(), aws.add_anchor(name="other")
    await add_list(aws, anchor, name="on")
    await add_list(aws, other, name="of another")
    target = await ready(ACTION, load_actions(), aws, anchor)
    plan = await applied(ACTION, aws, target)
    copy = next(one["trustAnchorArn"] for one in aws.anchors() if one["name"] != "other")
    lists = [one for one in aws.crls().values() if one["trustAnchorArn"] == copy]
    assert [(one["name"], one["enabled"]) for one in lists] == [("on", True)]
    assert b64decode(lists[0]["crlData"]).decode() == CRL
    assert plan.calls[1].startswith("rolesanywhere:ImportCrl name=on sha256=")
    assert "until then certificates on them work" in plan.does_not_stop
    await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="again"))
    assert sum(one["trustAnchorArn"] == copy for one in aws.crls().values()) == 1


async def test_a_copy_without_its_lists_is_not_done() -> None:
    """A refused list is named, the copy is there, and reading back does not call it done."""
    aws = FakeAws()
    anchor = aws.add_anchor()
    await add_list(aws, anchor)
    target = await ready(ACTION, load_actions(), aws, anchor)
    plan = await planned(ACTION, aws, target)
    aws.fail("rolesanywhere:ImportCrl", "deny")
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert report.lines == ("The CRL revoked was not imported: AWS answered AccessDeniedException.",)
    verdict = await ACTION.verify(plan, aws.reader(target, ACTION.permissions))
    assert (verdict.done, "without 1 CRL of it" in verdict.sentence) == (False, True)


async def test_what_was_not_kept_is_said() -> None:
    """Also of a deletion by an older version, which kept neither tags nor lists."""
    aws = FakeAws()
    anchor = aws.add_anchor()
    await add_list(aws, anchor)
    aws.fail("rolesanywhere:ListTagsForResource", "deny")
    target = await ready(ACTION, load_actions(), aws, anchor)
    lost = (await planned(ACTION, aws, target)).does_not_stop
    assert lost.startswith(
        "What does not come back: the ARN, the tags (not readable). Its CRLs are imported right after"
    )
    (capsule,) = target.known.ran["delete_trust_anchor"]
    old = {what: one for what, one in capsule.items() if what not in ("tags", "crls", "not_kept")}
    older = replace(target, known=Evidence(ran={"delete_trust_anchor": (old,)}))
    lost = (await planned(ACTION, aws, older)).does_not_stop
    assert "the tags (not kept), the CRLs (not kept). Certificates on lost CRLs work with the copy." in lost


async def test_the_roles_that_name_the_old_arn_are_named() -> None:
    """A trust policy that is pinned to the old ARN does not let the copy in, so somebody must change it."""
    aws = FakeAws()
    target = await deleted(aws)
    aws.add_role("pinned", trust_policy(source_arn=target.anchor_arn))
    aws.add_role("open", trust_policy())
    plan = await planned(ACTION, aws, target)
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert report.lines == ("The trust policy of pinned names the old ARN.",)


async def test_roles_that_can_not_be_listed_do_not_undo_it() -> None:
    """The copy is made all the same, and the report says what it did not look at."""
    aws = FakeAws()
    target = await deleted(aws)
    plan = await planned(ACTION, aws, target)
    aws.fail("iam:ListRoles", "deny")
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert report.not_checked == ("Which roles name the old ARN: AWS answered AccessDeniedException.",)
    assert len(aws.anchors()) == 1


async def test_one_that_is_there_is_not_made_twice() -> None:
    """Somebody made it by hand meanwhile: nothing is created, and that is said."""
    aws = FakeAws()
    target = await deleted(aws, name="ci")
    aws.add_anchor(name="ci")
    aws.add_anchor(name="another")
    plan = await planned(ACTION, aws, target)
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert "already" in report.summary
    assert len(aws.anchors()) == 2


async def test_too_little_kept_is_no_plan() -> None:
    """A deletion that kept neither name nor CA offers no restoring."""
    target = replace(FakeAws().add_anchor(), known=Evidence(ran={"delete_trust_anchor": ({"name": "ci"},)}))
    assert not ACTION.possible(target.known)

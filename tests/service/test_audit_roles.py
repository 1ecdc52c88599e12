"""The report of all roles: who may ask, what stands in the files, what the thread says, and once each."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.effects import Effect, EffectKind, Standing, effects
from bot.domain.errors import AwsDenied, LogConflict, SlackError, SlackRateLimited
from bot.domain.events import draft
from bot.domain.role_audit import RoleAuditBegun, RoleAuditFailed
from bot.service.attachment import Attachment
from bot.service.audit_roles import AuditRoles, ask_for_role_audit
from bot.service.guide.account_reached import PERMISSIONS
from bot.slack.audit_words import audit_comment, failed_words
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk
from tests.fakes.guide_desk import sources_of
from tests.service.guide.test_the_roles import ADMINISTRATOR, OTHER, allow, arn, inline, role, serve

ROLES_ANYWHERE = {"Version": "2012-10-17", "Statement": []}


@dataclass
class Sent:
    """Slack, as far as files go."""

    error: Exception | None = None
    files: list[Attachment] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    threads: list[str | None] = field(default_factory=list)

    async def __call__(self, channel: str, thread_ts: str | None, files: Sequence[Attachment], comment: str) -> None:
        """See :class:`bot.service.attachment.SendFiles`."""
        del channel
        if self.error is not None:
            raise self.error
        self.files.extend(files)
        self.comments.append(comment)
        self.threads.append(thread_ts)

    def rows(self) -> list[dict[str, str]]:
        """The table."""
        return list(csv.DictReader(io.StringIO(self.files[0].body.decode("utf-8-sig"), newline="")))

    def whole(self) -> dict[str, Any]:
        """The JSON."""
        return dict(json.loads(self.files[1].body))


def refused(permission: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """IAM's answer when a permission is missing."""

    def answer(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        raise AwsDenied("AccessDenied", "no", permission)

    return answer


async def ask(desk: Desk, user_id: str = "U1", **more: Any) -> Decision:
    """Somebody presses Report All Roles."""
    return await desk.press(user_id, "report_all_roles", ask_for_role_audit(desk.policy), **more)


async def due(desk: Desk, me: Standing | None = None) -> list[Effect]:
    """The reports that are to be made."""
    found = effects(await desk.case(), me or desk.standing)
    return [one for one in found if one.kind is EffectKind.AUDIT_ROLES]


async def make(desk: Desk, sent: Sent) -> None:
    """Make what is due."""
    audit = AuditRoles(desk.book, sources_of(desk.aws), sent, audit_comment, desk.clock)
    for effect in await due(desk):
        await audit(await desk.case(), effect)


def serve_some(desk: Desk) -> None:
    """An account with a role of each kind."""
    unclear = trust_policy(StringEquals={"example:Unknown": "x"})
    used = {"LastUsedDate": datetime(2026, 11, 20, tzinfo=UTC)}
    tags = [{"Key": "env", "Value": "x"}, {"Key": "=cmd|' /C calc'!A0", "Value": "y"}]
    serve(
        desk,
        role("deployer", managed=(ADMINISTRATOR,), RoleLastUsed=used, Tags=tags),
        role("shut", trust_policy(source_arn=OTHER)),
        role("unclear", unclear),
        role("away"),
        role("lambda", ROLES_ANYWHERE),
    )
    desk.aws.add_profile("ci", [arn("deployer"), arn("shut"), arn("unclear")])


async def test_every_role_that_trusts_the_service_has_its_row(desk: Desk) -> None:
    """With its profiles, pins, conditions, verdict and reason, powers, last use and tags; others have none."""
    serve_some(desk)
    sent = Sent()
    assert (await ask(desk)).allowed
    await make(desk, sent)
    rows = {row["role"]: row for row in sent.rows()}
    assert list(rows) == ["deployer", "unclear", "away", "shut"]
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "deployer": "usable",
        "unclear": "undetermined",
        "away": "not usable",
        "shut": "not usable",
    }
    deployer, shut, away = rows["deployer"], rows["shut"], rows["away"]
    assert (deployer["enabled profiles"], deployer["administrator"]) == ("ci", "yes")
    assert (deployer["last used"], deployer["tags"]) == ("2026-11-20", "env=x | '=cmd|' /C calc'!A0=y")
    assert deployer["may assume roles of"] == "any account"
    assert (shut["pinned to"], shut["trust policy alone"]) == (OTHER, "keeps it out")
    assert f"if ArnEquals aws:SourceArn = {OTHER}" in shut["conditions"]
    assert "it lets in only other trust anchors" in shut["why"]
    assert (away["one new profile away"], away["enabled profiles"]) == ("yes", "")
    assert sent.threads == [(await desk.case()).card.ts]


async def test_the_json_has_every_value_as_it_is(desk: Desk) -> None:
    """Nothing is escaped for spreadsheets there, and it says of which account and moment it is."""
    serve_some(desk)
    sent = Sent()
    await ask(desk)
    await make(desk, sent)
    whole = sent.whole()
    assert whole["roles"][0]["tags"] == ["env=x", "=cmd|' /C calc'!A0=y"]
    assert (whole["account"], whole["roles_of_the_account"]) == (desk.target.account, 5)
    assert whole["read_at"] == desk.clock.now().isoformat()
    assert [one.file_name.rpartition(".")[2] for one in sent.files] == ["csv", "json"]


async def test_the_comment_says_how_many_and_when(desk: Desk) -> None:
    """A text alternative: nobody has to open the file to know whether it matters."""
    serve_some(desk)
    sent = Sent()
    await ask(desk)
    await make(desk, sent)
    (comment,) = sent.comments
    assert "4 of the account's 5 roles trust it." in comment
    assert "1 open to this CA now, 1 one new profile away, 1 not determined, 1 is an administrator." in comment
    assert f"<!date^{int(desk.clock.now().timestamp())}^" in comment
    assert "Not read" not in comment


async def test_what_iam_refuses_is_named(desk: Desk) -> None:
    """Without the one big read the roles come from ListRoles, their powers one by one, and the comment says so."""
    desk.aws.add_role("deployer", trust_policy())
    for one in PERMISSIONS:
        if one.startswith("iam:") and one != "iam:ListRoles":
            desk.aws.serve(one, refused(one))
    sent = Sent()
    await ask(desk)
    await make(desk, sent)
    (row,) = sent.rows()
    assert row["administrator"] in ("not read", "maybe: policies not read")
    assert "Not read: Missing permissions of the read role: iam:GetAccountAuthorizationDetails" in sent.comments[0]


async def test_without_any_role_there_is_no_report(desk: Desk) -> None:
    """An empty table would read as "none": the thread says which permission is missing instead."""
    for one in PERMISSIONS:
        if one.startswith("iam:"):
            desk.aws.serve(one, refused(one))
    sent = Sent()
    await ask(desk)
    await make(desk, sent)
    assert sent.files == []
    (failed,) = desk.kinds("role_audit:failed")
    assert "iam:ListRoles" in failed.data["why"]
    assert (await desk.case()).note_seq == failed.seq
    assert await due(desk) == []


async def test_what_slack_refuses_is_told_and_may_be_asked_again(desk: Desk) -> None:
    """A missing scope, say; a rate limit is waited for instead."""
    serve_some(desk)
    await ask(desk)
    with pytest.raises(SlackRateLimited):
        await make(desk, Sent(SlackRateLimited("files.completeUploadExternal", 3.0)))
    assert len(await due(desk)) == 1
    await make(desk, Sent(SlackError("missing_scope", "files.getUploadURLExternal")))
    (failed,) = desk.kinds("role_audit:failed")
    assert failed.data["why"] == "Slack did not take the file: missing_scope."
    sent = Sent()
    assert (await ask(desk)).allowed
    await make(desk, sent)
    assert len(sent.comments) == 1


async def test_one_report_at_a_time(desk: Desk) -> None:
    """A second press is told so; when it is done the next press makes a new one."""
    serve_some(desk)
    await ask(desk)
    assert (await ask(desk, "U2")).reason is Reason.ALREADY_REQUESTED
    sent = Sent()
    await make(desk, sent)
    await make(desk, sent)
    assert len(sent.comments) == 1
    assert (await ask(desk, "U2")).allowed
    (first,) = desk.kinds("role_audit:sent")
    assert (first.data["roles"], first.data["open_roles"]) == (4, 1)
    assert all(len(one) == 64 for one in first.data["files"].values())


async def test_who_may_read_may_ask(desk: Desk) -> None:
    """Approvers too; nobody else, and an old card will do."""
    assert (await ask(desk, "U5")).reason is Reason.NOT_A_RESPONDER
    assert (await ask(desk, "U3", revision=None)).allowed


async def test_another_process_waits_for_the_lease(desk: Desk) -> None:
    """Unless the first one is surely dead; then the work goes on at once."""
    serve_some(desk)
    await ask(desk)
    asked_seq = (await desk.case()).tasks.role_audit.asked_seq
    lease = desk.clock.now() + timedelta(minutes=10)
    await desk.appended(draft(RoleAuditBegun(asked_seq, "other", lease)))
    (waiting,) = await due(desk, Standing("me", exclusive=False))
    (now,) = await due(desk, Standing("me", exclusive=True))
    assert (waiting.at, now.at <= desk.clock.now()) == (lease, True)


async def test_a_report_that_is_over_is_not_made_again(desk: Desk) -> None:
    """An effect that was found before the end of it does nothing."""
    serve_some(desk)
    await ask(desk)
    (effect,) = await due(desk)
    sent = Sent()
    await make(desk, sent)
    audit = AuditRoles(desk.book, sources_of(desk.aws), sent, audit_comment, desk.clock)
    with pytest.raises(LogConflict):
        await audit(await desk.case(), effect)
    assert len(sent.comments) == 1


async def test_five_thousand_roles_take_seconds(desk: Desk) -> None:
    """As many as IAM allows in an account: the files stay a few megabytes."""
    documents = [allow("s3:GetObject", "iam:PassRole", resource=f"arn:aws:s3:::bucket-{one}/*") for one in range(100)]
    trusts = [trust_policy(StringEquals={"aws:PrincipalTag/x509Subject/OU": f"team-{one}"}) for one in range(100)]
    serve(desk, *(role(f"role-{one}", trusts[one % 100], **inline(documents[one % 100])) for one in range(5_000)))
    desk.aws.add_profile("ci", [arn(f"role-{one}") for one in range(250)])
    sent = Sent()
    await ask(desk)
    began = time.perf_counter()
    await make(desk, sent)
    assert time.perf_counter() - began < 30
    assert len(sent.rows()) == 5_000
    assert all(len(one.body) < 10_000_000 for one in sent.files)


def test_the_threads_line_neutralises_what_aws_said() -> None:
    """AWS's message may hold what an attacker named."""
    words = failed_words(RoleAuditFailed(3, "AWS said <!channel> https://evil.example"))
    assert "<!channel>" not in words
    assert "https://" not in words

"""Report all roles of the account that trust Roles Anywhere, as files in the case's thread: asked by one press."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.audit import Draft
from bot.domain.audited_roles import COLUMNS
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import AwsError, BadInput, LogConflict, SlackError, SlackRateLimited
from bot.domain.events import draft
from bot.domain.identity import ACCOUNT_ID
from bot.domain.plan import Risk
from bot.domain.role_audit import RoleAuditAsked, RoleAuditBegun, RoleAuditEvent, RoleAuditFailed, RoleAuditSent
from bot.domain.spreadsheet import csv_file
from bot.ports import Clock
from bot.service.attachment import Attachment, SendFiles
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.guide.account_reached import PERMISSIONS
from bot.service.guide.inquiry import Inquiry, Sources
from bot.service.guide.read_role_audit import AccountAudit, read_role_audit
from bot.service.press import Answer, Press, PressRule

_log = structlog.get_logger()

_LEASE = timedelta(minutes=10)
_LONGEST = timedelta(minutes=5)
_OPEN = "usable"


class AuditWords(Protocol):
    """Says in Slack's words what the report holds."""

    def __call__(self, case: Case, audit: AccountAudit, at: datetime) -> str:
        """The comment of the files, finished mrkdwn; ``at`` is when AWS was read."""
        ...


def ask_for_role_audit(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Report All Roles: whoever may read, one report at a time."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, Risk.READ, press.person)
        if not decision.allowed:
            return decision
        if case.target.anchor_arn is None:
            return refused(Reason.NO_TARGET, "No report names the trust anchor, so there is no account to look at.")
        if case.tasks.role_audit.runs:
            return refused(Reason.ALREADY_REQUESTED, "The report is being made: it comes into the thread in a moment.")
        return [draft(RoleAuditAsked(), press.by)]

    return rule


class AuditRoles:
    """Makes the report and attaches it.

    Args:
        book: the cases.
        sources: AWS, and what is dangerous.
        send: Slack.
        words: what stands above the files.
        clock: the time.
    """

    def __init__(self, book: CaseBook, sources: Sources, send: SendFiles, words: AuditWords, clock: Clock) -> None:
        self._book = book
        self._sources = sources
        self._send = send
        self._words = words
        self._clock = clock

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Read, attach, write it down. A crash between the last two may leave the report there twice.

        Raises:
            SlackRateLimited: Slack wants us to wait; nothing was attached.
            LogConflict, StoreUnavailable: the log can't be written; the next look goes on from it.
        """
        asked_seq = int(effect.subject)
        case = await self._begin(case, asked_seq)
        done = await self._made(case, asked_seq)
        await self._book.decide(case.case_id, lambda now: [draft(done)] if _is_open(now, asked_seq) else [])
        _log.info("roles_audited", case=case.case_id, sent=isinstance(done, RoleAuditSent))

    async def _begin(self, case: Case, asked_seq: int) -> Case:
        begun = RoleAuditBegun(asked_seq, self._book.standing.owner, self._clock.now() + _LEASE)

        def rule(now: Case) -> Sequence[Draft]:
            if not _is_open(now, asked_seq):
                raise LogConflict(now.case_id, now.head.seq)
            return [draft(begun)]

        return await self._book.decide(case.case_id, rule)

    async def _made(self, case: Case, asked_seq: int) -> RoleAuditEvent:
        at = self._clock.now()
        inquiry = Inquiry(case, self._sources, at, 0, {}, _nobody_listens, PERMISSIONS)
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                audit = await read_role_audit(inquiry, str(case.target.anchor_arn))
        except AwsError as error:
            return RoleAuditFailed(asked_seq, aws_sentence(error))
        except BadInput as error:
            return RoleAuditFailed(asked_seq, f"AWS answered what can't be read: {error}")
        except TimeoutError:
            return RoleAuditFailed(asked_seq, f"Reading took longer than {_LONGEST.seconds // 60} minutes.")
        files = await asyncio.to_thread(report_files, case, audit, at)
        try:
            await self._send(str(case.card.channel), str(case.card.ts), files, self._words(case, audit, at))
        except SlackRateLimited:
            raise
        except SlackError as error:
            return RoleAuditFailed(asked_seq, f"Slack did not take the file: {error.code}.")
        digests = {one.file_name: hashlib.sha256(one.body).hexdigest() for one in files}
        return RoleAuditSent(asked_seq, len(audit.rows), _open_roles(audit), digests, audit.not_read)


def report_files(case: Case, audit: AccountAudit, at: datetime) -> list[Attachment]:
    """The report as a table for spreadsheets, and as JSON with every value as AWS has it."""
    # Where no report names the trust anchor, whoever wrote the event wrote the account too.
    account = case.target.account if ACCOUNT_ID.fullmatch(case.target.account) else "unknown"
    stem = f"roles-{account}-{at:%Y-%m-%dT%H%MZ}"
    header = [one.replace("_", " ") for one in COLUMNS]
    table = csv_file(header, (one.cells() for one in audit.rows))
    whole = {
        "case": case.case_id,
        "account": case.target.account,
        "region": case.target.region,
        "trust_anchor": case.target.anchor_arn,
        "trust_anchor_enabled": audit.enabled,
        "read_at": at.isoformat(),
        "roles_of_the_account": audit.all_roles,
        "not_read": audit.not_read,
        "roles": [asdict(one) for one in audit.rows],
    }
    text = json.dumps(whole, indent=1).encode()
    return [
        Attachment(f"{stem}.csv", "Roles that trust Roles Anywhere (table)", table),
        Attachment(f"{stem}.json", "Roles that trust Roles Anywhere (JSON)", text),
    ]


def _open_roles(audit: AccountAudit) -> int:
    return sum(one.verdict == _OPEN for one in audit.rows)


def _is_open(case: Case, asked_seq: int) -> bool:
    known = case.tasks.role_audit
    return known.runs and known.asked_seq == asked_seq


async def _nobody_listens(_sentence: str) -> None:
    return

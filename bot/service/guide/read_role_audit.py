"""Reads all roles of an account that trust Roles Anywhere, with what each may do, for the report."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.domain.audited_roles import AuditedRole, RolePowers, audited_roles, trusting_lines
from bot.domain.errors import AwsError
from bot.domain.privileges.permissions import Permissions, Privileges, privileges
from bot.domain.privileges.role_details import role_details
from bot.domain.privileges.trusted_accounts import trusted_accounts
from bot.domain.reach_count import ReachCount
from bot.domain.reach_report import account_of, check_profiles, evaluate_reach
from bot.service.aws_words import aws_sentence
from bot.service.guide.account_reached import anchor_enabled
from bot.service.guide.account_roles import AccountRoles, read_account_roles, read_details
from bot.service.guide.inquiry import Inquiry

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class AccountAudit:
    """``rows`` are the roles that trust Roles Anywhere, what is open first; ``all_roles`` counts those of the account.

    ``all_roles`` None means that they could not be listed. ``enabled`` is the trust anchor's. ``not_read`` are
    sentences about what could not be read.
    """

    rows: tuple[AuditedRole, ...]
    all_roles: int | None
    enabled: bool
    not_read: tuple[str, ...]


async def read_role_audit(inquiry: Inquiry, anchor_arn: str) -> AccountAudit:
    """Read and evaluate; nothing is kept.

    Raises:
        AwsError: no role of the account could be read.
        BadInput: AWS answered what can't be read.
    """
    account = inquiry.case.target.account
    enabled, notes, gone = await anchor_enabled(inquiry)
    profiles, without = await _profiles(inquiry, anchor_arn)
    named = [arn for one in profiles for arn in one.get("roleArns") or () if account_of(arn) == account]
    roles = await read_account_roles(inquiry, list(dict.fromkeys(named)))
    if not roles.roles and roles.missing:
        raise AwsError("AccessDenied", f"the permission {' or '.join(roles.missing)} is missing", roles.missing[-1])
    evaluate = partial(evaluate_reach, enabled=enabled)
    count = await asyncio.to_thread(evaluate, anchor_arn, profiles, roles.roles, roles.unread, inquiry.now)
    entries = await read_details(inquiry, roles, [str(one.role_arn) for one in trusting_lines(count)])
    rows = await asyncio.to_thread(_rows, inquiry, profiles, roles, count, entries)
    gone_note = ("The trust anchor: AWS has it no more.",) if gone else ()
    total = len(roles.roles) if roles.complete else None
    return AccountAudit(rows, total, enabled, (*gone_note, *notes, *without, *_not_read(roles), *roles.notes))


async def _profiles(inquiry: Inquiry, anchor_arn: str) -> tuple[Sequence[Mapping[str, Any]], tuple[str, ...]]:
    """The profiles of the Region; without them the roles are still worth a report."""
    try:
        profiles = await inquiry.all_pages("rolesanywhere", "ListProfiles", "profiles")
        check_profiles(profiles, anchor_arn)
    except AwsError as error:
        return (), (f"The profiles, so no role is shown in one. {aws_sentence(error)}",)
    return profiles, ()


def _rows(
    inquiry: Inquiry,
    profiles: Sequence[Mapping[str, Any]],
    roles: AccountRoles,
    count: ReachCount,
    entries: Mapping[str, Mapping[str, Any]],
) -> tuple[AuditedRole, ...]:
    lines = trusting_lines(count)
    policies = {str(one.get("Arn")): one.get("AssumeRolePolicyDocument") for one in roles.roles}
    account, catalogue = inquiry.case.target.account, inquiry.sources.privilege_catalogue()
    powers = {}
    # Many roles have the same policies.
    judged: dict[Permissions, Privileges] = {}
    for arn, entry in entries.items():
        if not roles.detailed and "RolePolicyList" not in entry:
            continue
        details = role_details(entry, roles.documents)
        trusted = trusted_accounts(entry.get("AssumeRolePolicyDocument"), account)
        if details.permissions not in judged:
            judged[details.permissions] = privileges(details.permissions, catalogue, account)
        powers[arn] = RolePowers(judged[details.permissions], details, trusted)
    return audited_roles(lines, profiles, policies, powers)


def _not_read(roles: AccountRoles) -> list[str]:
    """What is missing in the report because IAM refused it."""
    found = []
    if not roles.complete:
        found.append("Roles in no profile: the account's roles could not be listed.")
    if roles.unread:
        names = [arn.rpartition("/")[2] for arn in roles.unread]
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        found.append(f"{len(names)} roles in profiles: {', '.join(names[:_MOST_NAMED])}{more}.")
    if roles.missing:
        found.append(f"Missing permissions of the read role: {', '.join(roles.missing)}.")
    return found

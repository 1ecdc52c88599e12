"""One evaluation of the account for all questions about its roles: profiles, roles, reach and privileges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.privileges.permissions import Catalogue, privileges
from bot.domain.privileges.role_details import RoleDetails, role_details, session_layer
from bot.domain.privileges.trusted_accounts import trusted_accounts
from bot.domain.reach.account_reach import Reach
from bot.domain.reach_count import ReachCount, roles_of
from bot.domain.reach_report import account_of, check_profiles, evaluate_reach, profile_names
from bot.domain.reach_table import Knowledge, Known
from bot.service.aws_words import aws_sentence
from bot.service.guide.account_roles import PERMISSIONS as ROLE_PERMISSIONS
from bot.service.guide.account_roles import AccountRoles, read_account_roles, read_details, read_documents
from bot.service.guide.inquiry import Inquiry

PERMISSIONS = ("rolesanywhere:GetTrustAnchor", "rolesanywhere:ListProfiles", *ROLE_PERMISSIONS)
_READ_PRIVILEGES_OF = 200


@dataclass(frozen=True, slots=True)
class AccountReached:
    """``profiles`` are the Region's, ``roles`` the account's as far as they could be read.

    ``anchor_gone`` says that AWS has no such trust anchor any more. ``notes`` are sentences about what was not read.
    """

    profiles: Sequence[Mapping[str, Any]]
    roles: AccountRoles
    count: ReachCount
    knowledge: Knowledge
    anchor_gone: bool
    notes: tuple[str, ...]

    @property
    def profile_names(self) -> dict[str, str]:
        """Names by ARN."""
        return profile_names(self.profiles)


async def account_reached(inquiry: Inquiry, anchor_arn: str) -> AccountReached:
    """Read and evaluate; nothing is kept beyond the round.

    Raises:
        AwsError: the profiles can't be read, so that nothing can be said.
        BadInput: AWS answered what can't be read.
    """
    target = inquiry.case.target
    enabled, notes, gone = await anchor_enabled(inquiry)
    profiles = await inquiry.all_pages("rolesanywhere", "ListProfiles", "profiles")
    check_profiles(profiles, anchor_arn)
    named = [arn for one in profiles for arn in one.get("roleArns") or () if account_of(arn) == target.account]
    roles = await read_account_roles(inquiry, list(dict.fromkeys(named)))
    evaluate = partial(evaluate_reach, enabled=enabled)
    count = await asyncio.to_thread(evaluate, anchor_arn, profiles, roles.roles, roles.unread, inquiry.now)
    knowledge = await _knowledge(inquiry, target.account, profiles, roles, count)
    return AccountReached(profiles, roles, count, knowledge, gone, (*notes, *roles.notes))


async def anchor_enabled(inquiry: Inquiry) -> tuple[bool, tuple[str, ...], bool]:
    """Whether the trust anchor lets anybody in, what could not be read of it, and whether it is gone."""
    try:
        detail = await inquiry.trust_anchor()
    except AwsNotFound:
        return False, (), True
    except AwsError as error:
        note = f"Whether the trust anchor is enabled: it counts as enabled here. {aws_sentence(error)}"
        return True, (note,), False
    return bool(detail.get("enabled")), (), False


async def _knowledge(
    inquiry: Inquiry,
    account: str,
    profiles: Sequence[Mapping[str, Any]],
    roles: AccountRoles,
    count: ReachCount,
) -> Knowledge:
    lines = [one for one in (*count.usable, *count.undetermined, *count.one_profile_away) if one.role_arn]
    wanted = roles_of(lines)[:_READ_PRIVILEGES_OF]
    entries = await read_details(inquiry, roles, wanted)
    by_arn = {str(one.get("profileArn")): one for one in profiles}
    used: dict[str | None, Mapping[str, Any]]
    used = {one.profile_arn: by_arn[one.profile_arn] for one in lines if one.profile_arn in by_arn}
    managed = [str(arn) for one in used.values() for arn in one.get("managedPolicyArns") or ()]
    await read_documents(inquiry.aws(), roles, managed)
    return await asyncio.to_thread(_weigh, inquiry.sources.privilege_catalogue, account, lines, entries, used, roles)


def _weigh(
    catalogue_of: Callable[[], Catalogue],
    account: str,
    lines: Sequence[Reach],
    entries: Mapping[str, Mapping[str, Any]],
    profiles: Mapping[str | None, Mapping[str, Any]],
    roles: AccountRoles,
) -> Knowledge:
    catalogue = catalogue_of()
    details: dict[str, RoleDetails] = {arn: role_details(one, roles.documents) for arn, one in entries.items()}
    layers = {arn: session_layer(one, roles.documents) for arn, one in profiles.items()}
    found: dict[tuple[str | None, str | None], Known] = {}
    for one in lines:
        of_role = details.get(one.role_arn or "")
        if of_role is None:
            continue
        layer, unread = layers.get(one.profile_arn, (None, ()))
        judged = privileges(of_role.permissions.within(layer), catalogue, account)
        trusted = trusted_accounts(entries[str(one.role_arn)].get("AssumeRolePolicyDocument"), account)
        known = Known(judged, replace(of_role, unread=(*of_role.unread, *unread)), trusted)
        found[one.role_arn, one.profile_arn] = known
    return found

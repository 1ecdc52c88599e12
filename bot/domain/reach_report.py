"""The evaluation of an account from AWS's answers, and its lines for people; what an action and the guide share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import AwsError
from bot.domain.reach.account_facts import AnchorFacts, RoleFacts, read_profiles, read_roles
from bot.domain.reach.account_reach import account_reach
from bot.domain.reach_count import ReachCount, count_reach
from bot.domain.reach_line import sentence_of
from bot.domain.reach_table import facts_of, table_line

_ARN_PARTS = 6
_REGION, _ACCOUNT = 3, 4


def evaluate_reach(
    anchor_arn: str,
    profiles: Sequence[Mapping[str, Any]],
    roles: Sequence[Mapping[str, Any]],
    unread: Mapping[str, str],
    now: datetime,
    *,
    enabled: bool,
) -> ReachCount:
    """Who the owner of a trust anchor's CA can become.

    ``profiles`` are of ListProfiles, ``roles`` of ListRoles or GetRole. ``unread`` are ARNs of roles that could not be
    read, with the reason: they are undetermined. ``enabled`` is the trust anchor's.

    Raises:
        BadInput: AWS answered what can't be read.
    """
    parts = _parts(anchor_arn)
    anchor = AnchorFacts(anchor_arn, parts[_REGION], parts[_ACCOUNT], enabled=enabled)
    without = [RoleFacts(arn, account_of(arn), mistake=why) for arn, why in unread.items()]
    return count_reach(account_reach(anchor, read_profiles(profiles), [*read_roles(roles), *without], now))


def check_profiles(profiles: Sequence[Mapping[str, Any]], anchor_arn: str) -> None:
    """Make sure that profiles are of the trust anchor's account and Region.

    Raises:
        AwsError: they are not: these are the credentials of another account or Region.
    """
    base = anchor_arn.partition(":trust-anchor/")[0]
    if not all(str(one.get("profileArn")).startswith(f"{base}:profile/") for one in profiles):
        raise AwsError("WrongTarget", "AWS answered for another account or Region", "rolesanywhere:ListProfiles")


def profile_names(profiles: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names by ARN."""
    return {str(one.get("profileArn")): str(one.get("name")) for one in profiles}


def reach_sentence(count: ReachCount) -> str:
    """How many roles are open, undetermined, shut and one profile away, in one sentence."""
    return sentence_of(facts_of(count, {}, {}))


def reach_lines(count: ReachCount, profiles: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """One line for each role, what is open first."""
    return tuple(table_line(one, None, profile_names(profiles)) for one in count.lines)


def account_of(arn: str) -> str:
    """The account in an ARN; empty where there is none."""
    return _parts(arn)[_ACCOUNT]


def _parts(arn: str) -> list[str]:
    return (arn.split(":", _ARN_PARTS - 1) + [""] * _ARN_PARTS)[:_ARN_PARTS]

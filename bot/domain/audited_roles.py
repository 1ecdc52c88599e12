"""The rows of the report of all roles that trust Roles Anywhere: what is known of each, in words for a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot.domain.errors import BadInput
from bot.domain.privileges.permissions import Privileges
from bot.domain.privileges.role_details import RoleDetails
from bot.domain.reach.account_reach import Reach
from bot.domain.reach.conditions import Condition
from bot.domain.reach.policy_document import Statement, read_statements
from bot.domain.reach.verdicts import Verdict
from bot.domain.reach_count import ReachCount
from bot.domain.reach_words import why

NOT_READ = "not read"
_YES, _NO = "yes", "no"
# An administrator has every way; to list them all would hide what matters.
_EVERYTHING = ("everything",)


@dataclass(frozen=True, slots=True)
class RolePowers:
    """What one role may do by its own policies, and what IAM knows of it beside them."""

    privileges: Privileges
    details: RoleDetails
    trusted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditedRole:
    """One row; the names of the members are the names of the columns.

    ``verdict`` is whether the owner of the CA can become the role now, ``trust_policy_alone`` whether its trust policy
    would let them, whatever is switched off. ``pinned_to`` are the values of conditions on the trust anchor. Of a role
    whose policies were not read, what it may do says so.
    """

    role: str
    role_arn: str
    verdict: str
    why: str
    one_new_profile_away: str
    trust_policy_alone: str
    enabled_profiles: tuple[str, ...]
    disabled_profiles: tuple[str, ...]
    pinned_to: tuple[str, ...]
    conditions: tuple[str, ...]
    administrator: str
    can_get_more_permissions_by: tuple[str, ...]
    reads_credentials_by: tuple[str, ...]
    may_assume_roles_of: tuple[str, ...]
    also_trusts: tuple[str, ...]
    only_under_conditions: tuple[str, ...]
    policies_not_read: tuple[str, ...]
    last_used: str
    tags: tuple[str, ...]

    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of :data:`COLUMNS`."""
        values = (getattr(self, one.name) for one in fields(self))
        return tuple(one if isinstance(one, str) else " | ".join(one) for one in values)


COLUMNS = tuple(one.name for one in fields(AuditedRole))


def trusting_lines(count: ReachCount) -> tuple[Reach, ...]:
    """One line for each role that trusts Roles Anywhere or may, what is open first."""
    found: dict[str, Reach] = {}
    for one in count.lines:
        if one.role_arn and one.policy is not None and one.policy.names_service is not False:
            found.setdefault(one.role_arn, one)
    return tuple(found.values())


def audited_roles(
    lines: Sequence[Reach],
    profiles: Sequence[Mapping[str, Any]],
    trust_policies: Mapping[str, object],
    powers: Mapping[str, RolePowers],
) -> tuple[AuditedRole, ...]:
    """The rows.

    ``profiles`` are of ListProfiles; ``trust_policies`` and ``powers`` are by role ARN; roles that could not be
    read are not in them.
    """
    holding = _holding(profiles)
    return tuple(_row(one, holding, trust_policies, powers.get(str(one.role_arn))) for one in lines)


def _holding(profiles: Iterable[Mapping[str, Any]]) -> dict[tuple[str, bool], tuple[str, ...]]:
    """The names of the profiles that list a role, by its ARN and whether they are enabled."""
    found: dict[tuple[str, bool], list[str]] = {}
    for one in profiles:
        for arn in one.get("roleArns") or ():
            found.setdefault((str(arn), one.get("enabled") is not False), []).append(str(one.get("name")))
    return {key: tuple(names) for key, names in found.items()}


def _row(
    line: Reach,
    holding: Mapping[tuple[str, bool], tuple[str, ...]],
    trust_policies: Mapping[str, object],
    powers: RolePowers | None,
) -> AuditedRole:
    arn = str(line.role_arn)
    statements = _statements(trust_policies.get(arn))
    return AuditedRole(
        role=arn.rpartition("/")[2],
        role_arn=arn,
        verdict=line.verdict.value.replace("_", " "),
        why=why(line),
        one_new_profile_away=_YES if line.one_profile_away else _NO,
        trust_policy_alone=_alone(line),
        enabled_profiles=holding.get((arn, True), ()),
        disabled_profiles=holding.get((arn, False), ()),
        pinned_to=tuple(dict.fromkeys(value for one in _pins(statements) for value in one.raw_values)),
        conditions=_conditions(statements),
        **_powers_in_words(powers),
    )


def _alone(line: Reach) -> str:
    policy = line.policy
    words = {Verdict.USABLE: "lets it in", Verdict.NOT_USABLE: "keeps it out", Verdict.UNDETERMINED: "not determined"}
    return words[policy.verdict] if policy is not None else NOT_READ


def _statements(document: object) -> tuple[Statement, ...]:
    """Those that speak of Roles Anywhere; none of a policy that can't be read, of which ``why`` says so."""
    try:
        found = read_statements(document) if document is not None else ()
    except BadInput:
        return ()
    return tuple(one for one in found if one.names_service is not False and one.actions)


def _pins(statements: Iterable[Statement]) -> list[Condition]:
    return [one for statement in statements if statement.allows for one in statement.conditions if one.is_pin]


def _conditions(statements: Sequence[Statement]) -> tuple[str, ...]:
    return tuple(_in_words(one) for one in statements)


def _in_words(statement: Statement) -> str:
    """``Allow sts:AssumeRole (Sid) if StringEquals aws:SourceArn = …``; what a Deny shuts is said the same way."""
    head = f"{'Allow' if statement.allows else 'Deny'} {', '.join(statement.actions)} ({statement.label})"
    asked = " and ".join(
        f"{one.operator_name} {one.key_name} = {', '.join(one.raw_values)}" for one in statement.conditions
    )
    return f"{head} if {asked}" if asked else f"{head} without a condition"


def _powers_in_words(powers: RolePowers | None) -> dict[str, Any]:
    if powers is None:
        unknown = dict.fromkeys(("administrator", "last_used"), NOT_READ)
        members = ("can_get_more_permissions_by", "reads_credentials_by", "may_assume_roles_of", "also_trusts")
        more = dict.fromkeys((*members, "only_under_conditions", "policies_not_read", "tags"), (NOT_READ,))
        return {**unknown, **more}
    found, details = powers.privileges, powers.details
    used = "not in 400 days" if details.last_used is None else f"{details.last_used:%Y-%m-%d}"
    return {
        "administrator": _YES if found.administrator else "maybe: policies not read" if details.unread else _NO,
        "can_get_more_permissions_by": _EVERYTHING if found.administrator else found.escalations,
        "reads_credentials_by": _EVERYTHING if found.administrator else found.credentials,
        "may_assume_roles_of": _accounts(found.other_accounts),
        "also_trusts": _accounts(powers.trusted),
        "only_under_conditions": found.under_conditions,
        "policies_not_read": details.unread,
        "last_used": used if details.last_used_known else NOT_READ,
        "tags": tuple(f"{key}={value}" for key, value in details.tags),
    }


def _accounts(accounts: Sequence[str]) -> tuple[str, ...]:
    """In words, because a spreadsheet rounds a number of twelve digits."""
    return tuple("any account" if one == "*" else f"account {one}" for one in accounts)

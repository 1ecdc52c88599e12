"""What the policies of this account say to one given call: identity policies, boundaries and role trust policies.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from moto.iam.exceptions import NotFoundException
from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends

from .callers import PARTITION
from .conditions import Context, as_list, filled_in, holds, wildcard_matches
from .control_client import JsonValue

Decision = Literal["allowed", "explicitDeny", "implicitDeny"]

_NO_KEYS: Context = {}


@dataclass(frozen=True)
class Policy:
    """One policy of a principal.

    Attributes:
        name: Its name, which is all that an inline policy has.
        kind: As SimulatePrincipalPolicy calls it.
        document: The parsed policy.
    """

    name: str
    kind: Literal["IAM Policy", "user", "role", "group"]
    document: dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What is asked of the policies.

    Attributes:
        action: Such as `iam:GetRole`.
        resource: The ARN; `*` for calls without one.
        context: The request's condition keys.
    """

    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Verdict:
    """What came out.

    Attributes:
        decision: In the words of SimulatePrincipalPolicy.
        matched: The policies that decided; empty for an implicit denial.
    """

    decision: Decision
    matched: tuple[Policy, ...] = ()


def decide(policies: Iterable[Policy], call: Call) -> Verdict:
    """What identity policies say: a denial wins, then a permission, else nothing allows it."""
    listed = list(policies)
    for effect, decision in (("Deny", "explicitDeny"), ("Allow", "allowed")):
        matched = tuple(policy for policy in listed if _speaks(policy.document, effect, call))
        if matched:
            return Verdict("allowed" if decision == "allowed" else "explicitDeny", matched)
    return Verdict("implicitDeny")


def decide_within(policies: Iterable[Policy], boundary: Policy | None, call: Call) -> Verdict:
    """As :func:`decide`, less what a permissions boundary does not allow; None sets no bounds."""
    verdict = decide(policies, call)
    if boundary is None or verdict.decision != "allowed":
        return verdict
    bounded = decide([boundary], call)
    return verdict if bounded.decision == "allowed" else Verdict(bounded.decision, bounded.matched)


def policies_of(principal_arn: str) -> tuple[list[Policy], Policy | None]:
    """The identity policies of a user or role, groups included, and its boundary; moto keeps none of a user.

    Raises:
        NotFoundException: There is no such user or role.
    """
    backend = iam_backends[principal_arn.split(":")[4]][PARTITION]
    if ":user/" in principal_arn:
        user = backend.get_user(principal_arn.rpartition("/")[2])
        groups = backend.get_groups_for_user(user.name)
        found = [*_own("user", user), *(policy for group in groups for policy in _own("group", group))]
        return found, None
    role = _role(principal_arn)
    return _own("role", role), _boundary(role.permissions_boundary_arn, backend.managed_policies)


def may_allow(policy: Policy) -> bool:
    """Whether it has a statement that allows something."""
    return any(statement["Effect"] == "Allow" for statement in as_list(policy.document.get("Statement", [])))


def trusts(role_arn: str, principal: tuple[str, str], action: str, context: Context) -> bool:
    """Whether a role's trust policy lets a principal do an action on it.

    Args:
        role_arn: The role.
        principal: Kind and value, such as `("Service", "rolesanywhere.amazonaws.com")`.
        action: Such as `sts:AssumeRole`.
        context: The request's condition keys.

    Raises:
        NotFoundException: There is no such role.
    """
    document = as_document(_role(role_arn).assume_role_policy_document)
    speaking = [
        statement["Effect"]
        for statement in as_list(document.get("Statement", []))
        if _names_principal(statement, principal)
        and _names(statement, "Action", action, _NO_KEYS, case_matters=False)
        and holds(statement.get("Condition", {}), context)
    ]
    return "Allow" in speaking and "Deny" not in speaking


def as_document(policy: JsonValue) -> dict[str, Any]:
    """A policy that may be JSON text, parsed."""
    document: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    return document


def _speaks(document: dict[str, Any], effect: str, call: Call) -> bool:
    return any(
        statement["Effect"] == effect
        and _names(statement, "Action", call.action, _NO_KEYS, case_matters=False)
        and _names(statement, "Resource", call.resource, call.context, case_matters=True)
        and holds(statement.get("Condition", {}), call.context)
        for statement in as_list(document.get("Statement", []))
    )


def _names(statement: dict[str, Any], member: str, value: str, context: Context, *, case_matters: bool) -> bool:
    negated = f"Not{member}" in statement
    patterns = [filled_in(one, context) for one in as_list(statement.get(f"Not{member}" if negated else member, []))]
    if not case_matters:
        patterns, value = [one.lower() for one in patterns], value.lower()
    return any(wildcard_matches(pattern, value) for pattern in patterns) != negated


def _names_principal(statement: dict[str, Any], principal: tuple[str, str]) -> bool:
    negated = "NotPrincipal" in statement
    named = statement.get("NotPrincipal" if negated else "Principal", {})
    if named == "*":
        return not negated
    kind, value = principal
    return any(one in {"*", value} for one in as_list(named.get(kind, []))) != negated


def _role(role_arn: str) -> Role:
    backend = iam_backends[role_arn.split(":")[4]][PARTITION]
    for role in backend.get_roles():
        if role.arn == role_arn:
            return role
    raise NotFoundException(f"The role {role_arn} cannot be found.")


def _own(kind: Literal["user", "role", "group"], holder: User | Role | Group) -> list[Policy]:
    inline = [Policy(name, kind, as_document(document)) for name, document in dict(holder.policies).items()]
    attached = [
        Policy(policy.name, "IAM Policy", _default_document(policy)) for policy in holder.managed_policies.values()
    ]
    return [*inline, *attached]


def _boundary(arn: str | None, managed: dict[str, ManagedPolicy]) -> Policy | None:
    if not arn:
        return None
    return Policy(arn.rpartition("/")[2], "IAM Policy", _default_document(managed[arn]))


def _default_document(policy: ManagedPolicy) -> dict[str, Any]:
    return as_document(next(version.document for version in policy.versions if version.is_default))

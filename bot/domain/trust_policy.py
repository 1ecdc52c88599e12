"""What a role's trust policy says about a trust anchor, as far as it is read here.

This is a reading, not yet an evaluation: it finds the statements that let Roles Anywhere in and says whether a
condition names this anchor, another one, or something else. Where it can't tell, it says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SERVICE = "rolesanywhere.amazonaws.com"


class Says(StrEnum):
    """What a trust policy says about one trust anchor."""

    OPEN = "open"
    NAMES_THIS_ANCHOR = "names_this_anchor"
    NAMES_ANOTHER_ANCHOR = "names_another_anchor"
    CERTIFICATE_CONDITIONS = "certificate_conditions"
    NOT_EVALUATED = "not_evaluated"
    DOES_NOT_TRUST = "does_not_trust"


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """What the policy says, in one plain sentence."""

    says: Says
    sentence: str


_SENTENCES = {
    Says.OPEN: "lets in any trust anchor of the account: no condition",
    Says.NAMES_THIS_ANCHOR: "names this trust anchor",
    Says.NAMES_ANOTHER_ANCHOR: "names another trust anchor, so this one is shut out by that statement",
    Says.CERTIFICATE_CONDITIONS: "asks only for certificate fields, which the CA's owner chooses freely",
    Says.NOT_EVALUATED: "has conditions that are not evaluated here: read them before you rely on it",
    Says.DOES_NOT_TRUST: "does not let Roles Anywhere in",
}
# The worst reading of several statements is the one that counts.
_WORST_FIRST = (
    Says.OPEN,
    Says.NAMES_THIS_ANCHOR,
    Says.CERTIFICATE_CONDITIONS,
    Says.NOT_EVALUATED,
    Says.NAMES_ANOTHER_ANCHOR,
    Says.DOES_NOT_TRUST,
)


def read_trust_policy(document: object, anchor_arn: str) -> PolicyReading:
    """Read a trust policy, given as JSON text or as the object that boto3 returns."""
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return PolicyReading(Says.NOT_EVALUATED, "can't be read as JSON: not evaluated")
    statements = _listed(policy.get("Statement")) if isinstance(policy, Mapping) else []
    found = {_statement_says(one, anchor_arn) for one in statements if isinstance(one, Mapping)}
    if any(_is_deny_for_service(one) for one in statements) and found - {Says.DOES_NOT_TRUST}:
        found = {Says.NOT_EVALUATED}
    says = next((says for says in _WORST_FIRST if says in found), Says.DOES_NOT_TRUST)
    return PolicyReading(says, _SENTENCES[says])


def _listed(value: object) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    return [] if value is None else [value]


def _names_service(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if principal == "*" or "NotPrincipal" in statement:
        return True
    services = _listed(principal.get("Service")) if isinstance(principal, Mapping) else []
    return SERVICE in services or (isinstance(principal, Mapping) and "*" in _listed(principal.get("AWS")))


def _is_deny_for_service(statement: object) -> bool:
    return isinstance(statement, Mapping) and statement.get("Effect") == "Deny" and _names_service(statement)


def _statement_says(statement: Mapping[str, Any], anchor_arn: str) -> Says:
    if statement.get("Effect") != "Allow" or not _names_service(statement):
        return Says.DOES_NOT_TRUST
    conditions = list(_conditions(statement))
    if not conditions:
        return Says.OPEN if "NotPrincipal" not in statement else Says.NOT_EVALUATED
    return _conditions_say(conditions, anchor_arn)


def _conditions(statement: Mapping[str, Any]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    block = statement.get("Condition")
    for operator, keys in block.items() if isinstance(block, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield operator, str(key).lower(), tuple(str(value) for value in _listed(values))


def _conditions_say(conditions: list[tuple[str, str, tuple[str, ...]]], anchor_arn: str) -> Says:
    anchors = [one for one in conditions if one[1] == "aws:sourcearn"]
    others = [one for one in conditions if one[1] != "aws:sourcearn"]
    if any(operator not in ("ArnEquals", "ArnLike", "StringEquals", "StringLike") for operator, _, _ in anchors):
        return Says.NOT_EVALUATED
    if any("*" in value or "?" in value or "${" in value for _, _, values in anchors for value in values):
        return Says.NOT_EVALUATED
    if any(anchor_arn not in values for _, _, values in anchors):
        return Says.NAMES_ANOTHER_ANCHOR
    if any(not key.startswith("aws:principaltag/x509") for _, key, _ in others):
        return Says.NOT_EVALUATED
    return Says.NAMES_THIS_ANCHOR if anchors else Says.CERTIFICATE_CONDITIONS

"""What a role's trust policy says about a trust anchor, as far as it is read here.

This is a reading, not yet an evaluation: it finds the statements that let Roles Anywhere in and says whether a
condition names this anchor, another one, or only what a certificate says. Where it can't tell, it says so; it never
calls a role safe because it did not understand its policy.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

SERVICE = "rolesanywhere.amazonaws.com"
# A role that does not allow all three can't be used through Roles Anywhere; each may stand in its own statement.
_NEEDED = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_ARN_PARTS = 6


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
    """What the policy says, in one plain sentence that follows the role's name."""

    says: Says
    sentence: str

    @property
    def lets_in(self) -> bool | None:
        """Whether a holder of the anchor's CA gets past the policy; None when that is not evaluated."""
        if self.says is Says.NOT_EVALUATED:
            return None
        return self.says not in (Says.NAMES_ANOTHER_ANCHOR, Says.DOES_NOT_TRUST)


_SENTENCES = {
    Says.OPEN: "lets in any trust anchor of the account",
    Says.NAMES_THIS_ANCHOR: "lets in this trust anchor, by its ARN or by a pattern that fits it",
    Says.CERTIFICATE_CONDITIONS: "asks only for certificate fields, which the CA's owner chooses freely",
    Says.NOT_EVALUATED: "has parts that are not evaluated here: read its trust policy before you rely on it",
    Says.NAMES_ANOTHER_ANCHOR: "lets in only another trust anchor or account",
    Says.DOES_NOT_TRUST: "does not let Roles Anywhere in",
}
# From "anyone gets in" to "nobody does".
_WORST_FIRST = tuple(_SENTENCES)

Condition = tuple[str, str, tuple[str, ...]]


def read_trust_policy(document: object, anchor_arn: str) -> PolicyReading:
    """Read a trust policy, given as JSON text (plain or URL-encoded) or as the object that boto3 returns."""
    statements = _statements(document)
    if statements is None:
        return PolicyReading(Says.NOT_EVALUATED, "has a trust policy that can't be read: not evaluated")
    says = Says.OPEN
    for action in _NEEDED:
        found = {_statement_says(one, anchor_arn) for one in statements if _allows(one, action)}
        if not found:
            return _lacking(action)
        says = max(says, min(found, key=_WORST_FIRST.index), key=_WORST_FIRST.index)
    reading = PolicyReading(says, _SENTENCES[says])
    if reading.lets_in and any(one.get("Effect") == "Deny" and _may_name_service(one) for one in statements):
        return PolicyReading(Says.NOT_EVALUATED, _SENTENCES[Says.NOT_EVALUATED])
    return reading


def lets_service_in(document: object) -> bool | None:
    """Whether a trust policy has a statement that may let Roles Anywhere in, whatever its conditions.

    The policy is given as for :func:`read_trust_policy`; None when it can't be read.
    """
    statements = _statements(document)
    if statements is None:
        return None
    return any(one.get("Effect") == "Allow" and _may_name_service(one) for one in statements)


def _statements(document: object) -> list[Mapping[str, Any]] | None:
    try:
        policy = json.loads(_decoded(document)) if isinstance(document, str) else document
    except ValueError:
        return None
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        return None
    statements = _listed(policy["Statement"])
    return [one for one in statements if isinstance(one, Mapping)]


def _decoded(text: str) -> str:
    # IAM's API carries policies URL-encoded; boto3 decodes them, other clients may not.
    return unquote(text) if text.lstrip().startswith("%") else text


def _listed(value: object) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    return [] if value is None else [value]


def _lacking(action: str) -> PolicyReading:
    if action == _NEEDED[0]:
        return PolicyReading(Says.DOES_NOT_TRUST, _SENTENCES[Says.DOES_NOT_TRUST])
    return PolicyReading(Says.DOES_NOT_TRUST, f"does not allow {action}, so Roles Anywhere can't use it")


def _allows(statement: Mapping[str, Any], action: str) -> bool:
    if statement.get("Effect") != "Allow" or not _may_name_service(statement):
        return False
    if "NotAction" in statement:
        return True
    return any(_fits(str(one).lower(), action.lower()) for one in _listed(statement.get("Action")))


def _may_name_service(statement: Mapping[str, Any]) -> bool:
    return "NotPrincipal" in statement or any(
        one == "*" or one.startswith("rolesanywhere.") for one in _principals(statement)
    )


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for kind in ("Service", "AWS"):
            yield from (str(one) for one in _listed(principal.get(kind)))
    elif principal is not None:
        yield str(principal)


def _statement_says(statement: Mapping[str, Any], anchor_arn: str) -> Says:
    # Whether "everyone" includes a service, and what Not... leaves over, is for a person to judge.
    if "NotAction" in statement or SERVICE not in _principals(statement):
        return Says.NOT_EVALUATED
    says = Says.OPEN
    for condition in _conditions(statement):
        says = max(says, _condition_says(condition, anchor_arn), key=_WORST_FIRST.index)
    return says


def _conditions(statement: Mapping[str, Any]) -> Iterator[Condition]:
    block = statement.get("Condition")
    for operator, keys in block.items() if isinstance(block, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield operator, str(key).lower(), tuple(str(value) for value in _listed(values))


def _condition_says(condition: Condition, anchor_arn: str) -> Says:
    operator, key, values = condition
    if key == "aws:sourcearn":
        return _pin_says(operator, values, anchor_arn, Says.NAMES_THIS_ANCHOR)
    if key == "aws:sourceaccount":
        return _pin_says(operator, values, anchor_arn.split(":")[4], Says.OPEN)
    certificate_keys = ("aws:principaltag/x509", "aws:requesttag/x509", "sts:sourceidentity")
    return Says.CERTIFICATE_CONDITIONS if key.startswith(certificate_keys) else Says.NOT_EVALUATED


def _pin_says(operator: str, values: tuple[str, ...], wanted: str, when_it_fits: Says) -> Says:
    fits = {"ArnEquals": _arn_fits, "ArnLike": _arn_fits, "StringLike": _fits, "StringEquals": str.__eq__}.get(operator)
    if fits is None or any("${" in value for value in values):
        return Says.NOT_EVALUATED
    return when_it_fits if any(fits(value, wanted) for value in values) else Says.NAMES_ANOTHER_ANCHOR


def _arn_fits(pattern: str, arn: str) -> bool:
    """Each of the six parts is matched by itself, so that a star does not cross a colon.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    parts, wanted = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(parts) == len(wanted) and all(map(_fits, parts, wanted))


def _fits(pattern: str, text: str) -> bool:
    stars = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(stars, text, re.DOTALL) is not None

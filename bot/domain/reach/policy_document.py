"""A role's trust policy as statements.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bot.domain.errors import BadInput
from bot.domain.reach.conditions import Condition
from bot.domain.reach.operators import parse_operator
from bot.domain.reach.patterns import matches, text_pattern, wildcard_steps
from bot.domain.reach.policy_text import policy_text
from bot.domain.reach.request_keys import SERVICE, request_key

ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
"""What a trust policy must allow, all three, each maybe in its own statement."""

_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_WITH_VARIABLES, "2008-10-17")
_POLICY_PARTS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_PARTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
# The quota for trust policies is 4,096 characters at most; white space does not count.
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_MOST_CHARACTERS = 32 * 1024
_MOST_WITH_SPACE = 256 * 1024
_TWICE = "\0twice"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: the actions of :data:`ACTIONS` that it is about, if it is about Roles Anywhere at all.

    ``label`` is its Sid or, without one, its place as ``statement 1``. ``names_service`` is None when its principal may
    be Roles Anywhere under a name that is not documented.
    """

    label: str
    allows: bool
    names_service: bool | None
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...]


def read_statements(document: object) -> tuple[Statement, ...]:
    """The statements of a trust policy, given as an object, as JSON text or as URL-encoded JSON text.

    Raises:
        BadInput: it is no policy that IAM would have taken; ``at`` names the place in it.
    """
    policy = _object(_loaded(document), "the policy", _POLICY_PARTS)
    version = policy.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise BadInput("unknown_version", "is no version of the policy language", "Version")
    if "Statement" not in policy:
        raise BadInput("no_statement", "is missing", "Statement")
    statements = _listed(policy["Statement"])
    return tuple(
        _statement(one, place, variables=version == _WITH_VARIABLES) for place, one in enumerate(statements, start=1)
    )


def without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """For ``json.loads(object_pairs_hook=...)``: marks an object that has a key twice, which IAM does not take."""
    kept = dict(pairs)
    return kept if len(kept) == len(pairs) else {**kept, _TWICE: True}


def has_twins(value: Mapping[str, Any]) -> bool:
    """Whether :func:`without_twins` has marked an object."""
    return _TWICE in value


def _loaded(document: object) -> object:
    loaded = _from_text(document) if isinstance(document, str) else document
    try:
        characters = len(json.dumps(loaded, ensure_ascii=False, separators=(",", ":"), default=repr))
    except (ValueError, RecursionError) as error:
        raise BadInput("not_json", "is no JSON", "the policy") from error
    if characters > _MOST_CHARACTERS:
        raise _too_long(_MOST_CHARACTERS)
    return loaded


def _from_text(document: str) -> object:
    if len(document) > _MOST_WITH_SPACE:
        raise _too_long(_MOST_WITH_SPACE)
    # IAM's API carries policies URL-encoded; boto3 decodes them, other clients may not.
    text = unquote(document) if document.lstrip().startswith("%") else document
    try:
        return json.loads(text, object_pairs_hook=without_twins)
    except (ValueError, RecursionError) as error:
        raise BadInput("not_json", "is no JSON", "the policy") from error


def _too_long(most: int) -> BadInput:
    return BadInput("too_long", f"has more than {most} characters", "the policy")


def _object(value: object, at: str, parts: frozenset[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput("not_an_object", "is no object", at)
    if has_twins(value):
        raise BadInput("key_twice", "has a key twice", at)
    unknown = sorted(str(key) for key in value if parts is not None and key not in parts)
    if unknown:
        raise BadInput("unknown_element", f"has no element {unknown[0]!r}", at)
    return value


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _texts(value: object, at: str) -> tuple[str, ...]:
    return tuple(_text(one, at) for one in _listed(value))


def _text(value: object, at: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise BadInput("not_a_text", "is no text", at)


def _statement(value: object, place: int, *, variables: bool) -> Statement:
    at = f"statement {place}"
    whole = _object(value, at, _STATEMENT_PARTS)
    sid = whole.get("Sid")
    if whole.get("Effect") not in ("Allow", "Deny"):
        raise BadInput("no_effect", "must be Allow or Deny", f"{at}, Effect")
    return Statement(
        label=sid if isinstance(sid, str) and sid else at,
        allows=whole["Effect"] == "Allow",
        names_service=_names_service(whole, at),
        actions=_actions(whole, at),
        conditions=tuple(_conditions(whole.get("Condition", {}), at, variables=variables)),
    )


def _one_of_two(whole: Mapping[str, Any], name: str, at: str) -> tuple[Any, bool]:
    """The value of an element or of its Not... form, and whether it is the latter."""
    found = [one for one in (name, f"Not{name}") if one in whole]
    if len(found) != 1:
        raise BadInput("not_one", f"must stand there once, or Not{name}", f"{at}, {name}")
    return whole[found[0]], found[0] != name


def _actions(whole: Mapping[str, Any], at: str) -> tuple[str, ...]:
    value, left_out = _one_of_two(whole, "Action", at)
    if not all(isinstance(one, str) for one in _listed(value)):
        raise BadInput("not_a_text", "is no text", f"{at}, Action")
    patterns = [text_pattern(wildcard_steps(one.lower())) for one in _listed(value)]
    return tuple(action for action in ACTIONS if any(matches(one, action.lower()) for one in patterns) != left_out)


def _names_service(whole: Mapping[str, Any], at: str) -> bool | None:
    value, left_out = _one_of_two(whole, "Principal", at)
    named = {_is_service(kind, name) for kind, name in _principals(value, f"{at}, Principal")}
    found = True if True in named else None if None in named else False
    return found if found is None else found != left_out


def _principals(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for kind, names in _object(value, at, frozenset({"AWS", "Service", "Federated", "CanonicalUser"})).items():
            yield from ((kind, name) for name in _texts(names, at))
    elif value == "*":
        yield "AWS", "*"
    else:
        raise BadInput("no_principal", "is no principal", at)


def _is_service(kind: str, name: str) -> bool | None:
    # Everyone includes services; that is why Deny statements make exceptions by aws:PrincipalIsAWSService.
    if name == "*" and kind in ("AWS", "Service"):
        return True
    if kind != "Service":
        return False
    if name.lower() in (SERVICE, f"{SERVICE}.cn"):
        return True
    return None if name.lower().startswith("rolesanywhere.") else False


def _conditions(value: object, at: str, *, variables: bool) -> Iterator[Condition]:
    for name, keys in _object(value, f"{at}, Condition").items():
        for key, values in _object(keys, f"{at}, Condition {name}").items():
            texts = _texts(values, f"{at}, Condition {name} {key}")
            operator = parse_operator(name)
            cut = tuple(policy_text(text, operator, variables=variables) for text in texts) if operator else ()
            yield Condition(name, operator, key, request_key(key), texts, cut)

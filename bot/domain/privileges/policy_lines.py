"""A permission policy as lines: what each allows or denies, how widely, and under conditions or not.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

# IAM's own resources of every name: as good as a star for IAM's actions.
_ALL_OF_IAM = re.compile(r"arn:[^:]+:iam:[^:]*:[^:]*:(\*+|(role|user|group|policy)/\*+)")
_MOST_CHARACTERS = 256 * 1024
# What IAM takes at most in one policy is far below; a star costs time to match.
_MOST_STARS = 32


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One statement of a permission policy.

    ``all_but`` says that it is about every action but ``actions``. ``resources`` are as written; ``everywhere`` says
    that no resource is left out, except by a NotResource, which is not weighed.
    """

    allows: bool
    actions: tuple[str, ...]
    all_but: bool
    resources: tuple[str, ...]
    everywhere: bool
    conditional: bool

    def covers(self, action: str) -> bool:
        """Whether it is about this action, on some resource."""
        return any(_matches(pattern, action) for pattern in self.actions) is not self.all_but

    def is_wide_for(self, action: str) -> bool:
        """Whether it is about this action on every resource that there can be of it."""
        if not self.covers(action):
            return False
        of_iam = action.lower().startswith("iam:") and any(_ALL_OF_IAM.fullmatch(one) for one in self.resources)
        return self.everywhere or of_iam


def policy_lines(document: object) -> tuple[PolicyLine, ...]:
    """The lines of a policy, given as an object, as JSON text or as URL-encoded JSON text.

    Raises:
        ValueError: it is no policy that IAM would have taken.
    """
    policy = _loaded(document)
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        raise ValueError("the policy has no statements")
    return tuple(_line(one) for one in _listed(policy["Statement"]))


def _loaded(document: object) -> object:
    if not isinstance(document, str):
        return document
    if len(document) > _MOST_CHARACTERS:
        raise ValueError("the policy is too long")
    try:
        return json.loads(unquote(document) if document.lstrip().startswith("%") else document)
    except RecursionError as error:
        raise ValueError("the policy is nested too deeply") from error


def _line(statement: object) -> PolicyLine:
    if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError("a statement neither allows nor denies")
    all_but = "NotAction" in statement
    actions = tuple(_texts(statement.get("NotAction" if all_but else "Action")))
    resources = tuple(_texts(statement.get("Resource"))) if "Resource" in statement else ()
    everywhere = "NotResource" in statement or any(one.strip("*") == "" for one in resources)
    return PolicyLine(
        allows=statement["Effect"] == "Allow",
        actions=actions,
        all_but=all_but,
        resources=resources,
        # A Deny that leaves resources out takes nothing away for sure.
        everywhere=everywhere and (statement["Effect"] == "Allow" or "NotResource" not in statement),
        conditional=bool(statement.get("Condition")),
    )


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _texts(value: object) -> Iterator[str]:
    for one in _listed(value):
        if not isinstance(one, str) or one.count("*") > _MOST_STARS:
            raise ValueError("an action or resource is no text that IAM takes")
        yield one


def _matches(pattern: str, action: str) -> bool:
    return _machine(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=4096)
def _machine(pattern: str) -> re.Pattern[str]:
    single = re.sub(r"\*+", "*", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(one) or re.escape(one) for one in single), re.DOTALL)

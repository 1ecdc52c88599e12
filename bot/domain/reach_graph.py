"""What the picture of an account shows: from the CA over trust anchor and profiles to roles and accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain.answer import Answer
from bot.domain.plain import canonical
from bot.domain.reach_line import QUESTION

# See: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
_MOST_ALTERNATIVE = 1000
_MOST_ROWS = 40
NO_PROFILE = "in no profile"
WORDS = {"usable": "open", "undetermined": "undetermined", "one profile away": "one new profile away", "shut": "shut"}
"""What the picture calls each standing of a role."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role under one profile. ``standing`` is a key of :data:`WORDS`; ``word`` is the danger, or nothing.

    ``is_one`` is False for a row that stands for several roles, which its ``name`` counts.
    """

    name: str
    standing: str
    word: str = ""
    accounts: tuple[str, ...] = ()
    is_one: bool = True

    @property
    def title(self) -> str:
        """What stands in its box."""
        return f"Role {self.name}" if self.is_one else self.name

    @property
    def words(self) -> str:
        """Everything about it but its name."""
        known = "can get more permissions" if self.word == "escalation" else self.word
        reaches = "reaches any account" if "*" in self.accounts else f"reaches {', '.join(self.accounts)}"
        return ", ".join([WORDS[self.standing], *([known] if known else []), *([reaches] if self.accounts else [])])


@dataclass(frozen=True, slots=True)
class ReachGraph:
    """``groups`` are profile names (or :data:`NO_PROFILE`) with their roles; ``more`` roles are left out."""

    file_name: ClassVar[str] = "reach.png"
    title: ClassVar[str] = "Who the CA's owner can become"

    anchor: str
    groups: tuple[tuple[str, tuple[RoleRow, ...]], ...]
    more: int = 0

    @property
    def digest(self) -> str:
        """Short name of what is shown: equal pictures have equal ones."""
        return hashlib.sha256(canonical([self.anchor, self.alternative, self.more]).encode()).hexdigest()[:16]

    @property
    def alternative(self) -> str:
        """The picture in words, at most 1,000 characters."""
        groups = (
            f"{group if group == NO_PROFILE else f'profile {group}'}: "
            + ", ".join(f"{role.name} ({role.words})" for role in roles)
            for group, roles in self.groups
        )
        more = f"; {self.more} more roles" if self.more else ""
        whole = f"From the CA over trust anchor {self.anchor} to roles. {'; '.join(groups)}{more}."
        return whole if len(whole) <= _MOST_ALTERNATIVE else f"{whole[: _MOST_ALTERNATIVE - 1]}…"


def reach_graph(answers: Mapping[str, Answer], anchor: str) -> ReachGraph | None:
    """The graph that the guide's answer holds; None where there is no role to draw. ``anchor`` is what it is called."""
    answer = answers.get(QUESTION)
    facts: Any = answer.facts.get("graph") if answer is not None else None
    if not isinstance(facts, Mapping) or not facts.get("roles"):
        return None
    groups: dict[str, list[RoleRow]] = {}
    rows = 0
    left_out = int(facts.get("more") or 0)
    for role in facts["roles"]:
        several = int(role.get("several") or 0)
        name = f"{several} more roles" if several else role["role"]
        accounts = tuple(role.get("accounts", ()))
        row = RoleRow(name, role["standing"], role.get("word", ""), accounts, is_one=not several)
        if rows >= _MOST_ROWS:
            left_out += several or 1
            continue
        for profile in list(role["profiles"] or [NO_PROFILE])[: _MOST_ROWS - rows]:
            groups.setdefault(profile, []).append(row)
            rows += 1
    return ReachGraph(anchor, tuple((name, tuple(found)) for name, found in groups.items()), left_out)

"""People in Slack: one person as Slack knows them now, and a configured list of people and user groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_NAMED = 8


class Part(StrEnum):
    """What somebody can have a part in.

    Reading; noting on a case what ends nothing; asking for a containment that can be undone, and agreeing to one;
    starting anything else; deciding any other request; saying whose a CA is; breaking the glass.
    """

    READ = "read"
    NOTE = "note"
    CONTAIN = "contain"
    AGREE = "agree"
    START = "start"
    DECIDE = "decide"
    ANSWER = "answer"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a person may not have some parts in a case, whatever lists they are in.

    ``reason`` is a value of :class:`bot.domain.approval.Reason`; ``sentence`` is what the person reads.
    """

    parts: tuple[Part, ...]
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack, as far as the configured lists and groups know them.

    ``active`` is False for people who left, guests, bots and people of other workspaces. ``unknown`` names what Slack
    could not tell (a group that can't be resolved, say); then the answer is no. ``owner`` says that they are in the
    group that knows the organization's CAs, ``owners_unknown`` why Slack can't tell. ``groups`` are the configured
    user groups that they are in, ``lost_groups`` those of which Slack can't tell who is in them. ``unseen`` says that
    Slack could not tell just now whether they are still here. ``bars`` take parts from them in one case. ``names`` are
    what Slack calls them, which they may choose themselves: a hint, and never a right. ``email`` is their address
    where Slack has verified it and the settings let it name them; None otherwise.
    """

    user_id: str
    responder: bool = False
    approver: bool = False
    active: bool = True
    unknown: str | None = None
    owner: bool = False
    owners_unknown: str | None = None
    groups: frozenset[str] = frozenset()
    lost_groups: frozenset[str] = frozenset()
    unseen: str | None = None
    bars: tuple[Bar, ...] = ()
    names: tuple[str, ...] = field(default=(), compare=False)
    email: str | None = None

    def is_barred(self, part: Part) -> bool:
        """Whether a bar takes this part from them."""
        return any(part in bar.parts for bar in self.bars)


@dataclass(frozen=True, slots=True)
class People:
    """A configured list: user ids and user group ids; ``name`` is what the configuration calls it, or empty."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    name: str = ""

    @classmethod
    def parse(cls, ids: Sequence[str], name: str = "") -> People:
        """Sort ids into users (U…, W…) and groups (S…), each once."""
        groups = tuple(dict.fromkeys(one for one in ids if one.startswith("S")))
        return cls(tuple(sorted(set(ids) - set(groups))), groups, name)

    def holds(self, person: Person) -> bool | None:
        """Whether a person is in the list; None when that hangs on a group of which Slack can't tell."""
        if person.user_id in self.users or person.groups.intersection(self.groups):
            return True
        return None if person.lost_groups.intersection(self.groups) else False

    def in_words(self) -> str:
        """The list as mentions, which Slack shows by name; of a long one the first, so that it fits on any card."""
        mentions = [*(f"<!subteam^{group}>" for group in self.groups), *(f"<@{user}>" for user in sorted(self.users))]
        more = len(mentions) - _MOST_NAMED
        words = ", ".join(mentions[:_MOST_NAMED]) or "nobody"
        return f"{words} and {more} more" if more > 0 else words


NOBODY = People()
"""An empty list."""


def together(lists: Iterable[People]) -> People:
    """Everybody of several lists, as one list without a name."""
    ids = [one for people in lists for one in (*people.groups, *people.users)]
    return People.parse(ids)


def not_told(groups: Iterable[str]) -> str | None:
    """That Slack can't tell who is in these groups; None for no group."""
    lost = ", ".join(f"<!subteam^{group}>" for group in sorted(groups))
    return f"Slack can't tell who is in {lost}" if lost else None

"""The evaluation of an account, put together by role: how many are open, undetermined, one profile away or shut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.reach.account_reach import Reach
from bot.domain.reach.verdicts import Reason, Verdict
from bot.domain.reach_words import real_reason

_ORDER = (Verdict.USABLE, Verdict.UNDETERMINED, Verdict.NOT_USABLE)
_OTHER_PEOPLES = (Reason.NOT_TRUSTED, Reason.SERVICE_LINKED)


@dataclass(frozen=True, slots=True)
class ReachCount:
    """Roles by what the CA's owner can do with them, each role in one place.

    ``usable`` and ``undetermined`` hold the lines of the profiles through which they are so. ``one_profile_away`` and
    ``shut`` hold one line a role; roles in no profile that do not trust Roles Anywhere are left out. ``ways`` are all
    lines through an enabled profile that are usable or undetermined: to close them is to close everything.
    """

    usable: tuple[Reach, ...]
    undetermined: tuple[Reach, ...]
    one_profile_away: tuple[Reach, ...]
    shut: tuple[Reach, ...]
    ways: tuple[Reach, ...] = ()

    @property
    def shut_reasons(self) -> Counter[Reason]:
        """How many roles each reason shuts."""
        return Counter(real_reason(one) for one in self.shut)

    @property
    def lines(self) -> tuple[Reach, ...]:
        """Everything that is worth a line, what is open first."""
        return (*self.usable, *self.undetermined, *self.one_profile_away, *self.shut)


def count_reach(reaches: Iterable[Reach]) -> ReachCount:
    """Put the lines of :func:`bot.domain.reach.account_reach.account_reach` together."""
    by_role: dict[str, list[Reach]] = {}
    for place, one in enumerate(reaches):
        by_role.setdefault(one.role_arn or f"entry {place}", []).append(one)
    found: dict[str, list[Reach]] = {"usable": [], "undetermined": [], "away": [], "shut": []}
    for lines in by_role.values():
        best = min((one.verdict for one in lines), key=_ORDER.index)
        if best is Verdict.USABLE:
            found["usable"].extend(one for one in lines if one.verdict is best)
        elif lines[0].one_profile_away:
            found["away"].append(lines[0])
        elif best is Verdict.UNDETERMINED:
            found["undetermined"].extend(one for one in lines if one.verdict is best)
        elif lines[0].profile_arn or lines[0].disabled_profile_arns or not _is_other_peoples(lines[0]):
            found["shut"].append(lines[0])
    usable, undetermined, away, shut = (tuple(found[name]) for name in ("usable", "undetermined", "away", "shut"))
    ways = [one for lines in by_role.values() for one in lines if one.profile_arn and one.verdict is not _ORDER[-1]]
    return ReachCount(usable, undetermined, away, shut, tuple(ways))


def _is_other_peoples(reach: Reach) -> bool:
    """Whether the role never trusted Roles Anywhere, whatever else shuts it."""
    policy = reach.policy
    by_policy = reach.reason is Reason.ANCHOR_DISABLED and policy is not None and policy.reason in _OTHER_PEOPLES
    return by_policy or real_reason(reach) in _OTHER_PEOPLES


def roles_of(reaches: Iterable[Reach]) -> tuple[str, ...]:
    """The roles of these lines, each once."""
    return tuple(dict.fromkeys(one.role_arn for one in reaches if one.role_arn))

"""The contract of a ladder: several response actions in the right order, asked for and approved as one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ladder_use import who_notices
from bot.domain.plan import Plan, Risk, Rung
from bot.domain.response_action import ResponseAction

_BY_RISK = (Risk.READ, Risk.REVERSIBLE, Risk.IRREVERSIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The contract of a file that names other actions instead of doing something itself.

    Attributes:
        id: equals the file's name; stable, because buttons and logs carry it.
        title: what the control says, Title Case, starts with a verb, at most 40 characters.
        about: what it does and what follows from it, in a sentence or two for people.
        rungs: the ids of the actions in their order; at most one of them acts on the trust anchor itself, because
            what it changes would not be what the next one was approved for.
        contains: True when the case is contained once all of it is done, whatever was left out.
        rung: where its control comes among those of the actions.
        actions: the rungs themselves; the registry looks them up.
    """

    id: str
    title: str
    about: str
    rungs: tuple[str, ...]
    contains: bool | None = None
    rung: int = 100
    actions: tuple[ResponseAction, ...] = ()

    @property
    def risk(self) -> Risk:
        """The highest of its rungs, which decides how many people must say yes."""
        return max((action.risk for action in self.actions), key=_BY_RISK.index, default=Risk.IRREVERSIBLE)


Askable = ResponseAction | Ladder
"""What somebody can ask for."""


def ladder_plan(ladder: Ladder, target_arn: str, plans: tuple[Plan, ...], left_out: tuple[str, ...]) -> Plan:
    """The plan of a ladder, from the plans of the rungs that were chosen."""
    by_id = {action.id: action for action in ladder.actions}
    return Plan(
        action_id=ladder.id,
        target_arn=target_arn,
        calls=tuple(call for plan in plans for call in plan.calls),
        state={},
        stops="What its rungs stop, one after the other. It ends at the first that is not done.",
        does_not_stop="What its rungs do not stop, and what was changed or created before.",
        who_would_notice=who_notices(plans),
        way_back="Each rung has its own.",
        unknown=(),
        rungs=tuple(_rung(plan, by_id[plan.action_id]) for plan in plans),
        left_out=left_out,
    )


def _rung(plan: Plan, action: ResponseAction) -> Rung:
    return Rung(plan, action.title, action.risk, action.contains)

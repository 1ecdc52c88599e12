"""One press of a control: decide it on the case as it is, and log the yes or the no in the same append."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.action_form import Entered
from bot.domain.approval import ALLOWED, Decision, Person, Reason, refused
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.code_check import CodeCheck
from bot.domain.errors import NOT_SENT, AwsError
from bot.domain.events import AttemptRefused, draft, slack_user
from bot.domain.suspect import suspected
from bot.kill_points import KillPoint, reached
from bot.ports import Clock
from bot.service.case_book import CaseBook
from bot.service.put_aside import ops_stream


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what, on which case, as the control itself says.

    ``revision`` is the one that the control was drawn for; None for a form, whose rules look at the case itself.
    ``digest`` is the plan's that they were shown, ``rendered`` the card's (see :mod:`bot.service.signed_yes`).
    ``in_form`` says that the person reads a refusal in the form, so that nobody has to tell them again.
    ``question_seq`` is the question to the CA's owners that is answered, by its entry; 0 for anything else.
    ``code`` is what a one-time code was worth that they gave; None when they gave none.
    ``entered`` is what was written into an action's own form, by its fields. ``breaks_glass`` says that who asks wants
    it to run at once, without the yes of others.
    """

    control: str
    person: Person
    case_id: str
    revision: int | None
    channel: str
    request_id: str = ""
    reason: str = ""
    digest: str = ""
    rendered: str = ""
    in_form: bool = False
    question_seq: int = 0
    code: CodeCheck | None = None
    entered: Entered = field(default_factory=dict)
    breaks_glass: bool = False

    @property
    def by(self) -> str:
        """The person as the log names them."""
        return slack_user(self.person.user_id)


Answer = Decision | Sequence[Draft]
"""What a rule says of a press: a refusal, or what to append."""

PressRule = Callable[[Case, Press, datetime], Answer]


class Pressing:
    """Decides presses against the log.

    Every press passes here, so here a person becomes a suspect of the case, whatever the control.

    Args:
        book: the cases.
        clock: the time.
        others: in words, who can help when somebody may not because a caller has their name.
    """

    def __init__(self, book: CaseBook, clock: Clock, others: str = "the other approvers") -> None:
        self._others = others
        self._book = book
        self._clock = clock

    async def __call__(self, press: Press, rule: PressRule) -> Decision:
        """Apply a rule; what it says stands in the log when this returns.

        Raises:
            StoreUnavailable: nothing was stored, so nothing may be confirmed to the person.
        """
        decision = ALLOWED

        def drafts(case: Case) -> Sequence[Draft]:
            nonlocal decision
            answer = self._answer(case, press, rule)
            if isinstance(answer, Decision):
                decision = answer
                return [_refusal(press, answer)]
            decision = ALLOWED
            return answer

        case = await self._book.load(press.case_id)
        if not case.exists or not case.detections:
            return await self.refuse(press, unknown_case())
        await self._book.decide(press.case_id, drafts)
        reached(KillPoint.AFTER_CLICK_APPEND_BEFORE_ACK)
        return decision

    async def refuse(self, press: Press, decision: Decision) -> Decision:
        """Log a no for a press that belongs to no case, in the operations stream."""
        await self._book.decide(ops_stream(self._clock.now()), lambda _: [_refusal(press, decision)])
        return decision

    def _answer(self, case: Case, press: Press, rule: PressRule) -> Answer:
        press = replace(press, person=suspected(case, press.person, self._others))
        answer = rule(case, press, self._clock.now())
        is_old = press.revision is not None and press.revision != case.revision
        if is_old and not isinstance(answer, Decision) and not _only_reads(answer):
            return old_card()
        return answer


def old_card() -> Decision:
    """The refusal of a control that was drawn for an earlier state of the case."""
    return refused(
        Reason.OLD_CARD, "This button is from an earlier state of the case. Look at the card again, then press."
    )


def unknown_case() -> Decision:
    """The refusal of a control whose case is not in the log."""
    return refused(Reason.UNKNOWN_CASE, "This button belongs to no case that Anchorwatch knows. Nothing was done.")


def forged() -> Decision:
    """The refusal of a control that carries what we never wrote."""
    return refused(Reason.FORGED, "This control is not one that Anchorwatch drew. Nothing was done.")


def unknown_action() -> Decision:
    """The refusal of a control that starts nothing that we know."""
    return refused(Reason.UNKNOWN_ACTION, "Anchorwatch does not know this action. Nothing was done.")


def no_plan(error: AwsError) -> Decision:
    """The refusal of an action whose plan can't be drawn; what we would not send to AWS says itself why."""
    if error.code == NOT_SENT:
        return refused(Reason.NO_TARGET, f"There is no plan: {error}. Nothing was done.")
    return refused(Reason.NO_TARGET, "Too little is known of the trust anchor to draw a plan. Nothing was done.")


def _only_reads(drafts: Sequence[Draft]) -> bool:
    return bool(drafts) and all(one.data.get("risk") == "read" for one in drafts)


def _refusal(press: Press, decision: Decision) -> Draft:
    event = AttemptRefused(
        control=press.control,
        reason=decision.reason.value,
        sentence=decision.sentence,
        channel=press.channel,
        told=press.in_form,
    )
    return draft(event, press.by)

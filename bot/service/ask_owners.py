"""Ask the CA's owners whether it is theirs, and take their answer: both are presses, decided on the case as it is."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Part, Reason, may_answer_for_ca, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.ownership import OwnersAnswered, OwnersAsked, keys_of
from bot.service.press import Answer, Press, PressRule

_HOW = (
    "Nobody is configured to be asked. Write the Slack user group of those who know your CAs as slack_group under "
    "[owners] into the file that ANCHORWATCH_HOUSE names, and start Anchorwatch again."
)


def ask_owners(policy: ApprovalPolicy, group: str | None) -> PressRule:
    """The rule for a press of Ask CA Owners; ``group`` None means that nobody is configured to be asked."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person, Part.NOTE)
        if not decision.allowed:
            return decision
        if group is None:
            return refused(Reason.NOT_CONFIGURED, _HOW)
        keys = keys_of(case)
        if not keys:
            return refused(
                Reason.NO_TARGET, "No report shows a certificate of this CA, so there is nothing to ask about."
            )
        if case.closed is not None:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value}. Reopen it first.")
        if case.ownership.is_open(keys):
            return refused(
                Reason.ALREADY_REQUESTED, "The CA's owners are asked already: the question is in the thread."
            )
        return [draft(OwnersAsked(group, tuple(sorted(keys))), press.by)]

    return rule


def may_answer(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form of an answer: everything but the reason."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_answer_for_ca(policy, press.person)
        if not decision.allowed:
            return decision
        question = case.ownership.question
        if question is None or question.seq != press.question_seq:
            return refused(Reason.OLD_CARD, "This question was asked anew since, or never. Look for the newest one.")
        if question.said is not None:
            said = "it is theirs" if question.said.ours else "it is not theirs"
            return refused(Reason.SETTLED, f"<@{question.said.user_id}> has answered already that {said}.")
        if question.keys != keys_of(case):
            return refused(Reason.OLD_CARD, "The CA has changed since this was asked. Ask again.")
        return []

    return rule


def answer_owners(policy: ApprovalPolicy, *, ours: bool) -> PressRule:
    """The rule for sending the form of an answer."""
    may = may_answer(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        if not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words how you know, or name the ticket.")
        return [draft(OwnersAnswered(press.question_seq, ours, press.reason.strip()), press.by)]

    return rule

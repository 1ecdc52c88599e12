"""Approve or reject a request: one person's yes or no, on the plan that the card shows."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Decision, Reason, may_vote, refused
from bot.domain.case import Case, Request, RequestState
from bot.domain.events import RequestRejected, draft
from bot.domain.suspect import part_of_voting
from bot.service.press import Answer, Press, PressRule
from bot.service.rules_now import tightened
from bot.service.signed_yes import Surface, not_to_be_signed, signed_yes


def approve_request(policy: ApprovalPolicy, surface: Surface) -> PressRule:
    """The rule for a press of Approve; ``surface`` knows what the card shows of a plan."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        request = _voted_on(policy, case, press, now)
        return request if isinstance(request, Decision) else signed_yes(case, request, press, surface)

    return rule


def may_approve(policy: ApprovalPolicy, surface: Surface) -> PressRule:
    """The rule for opening the form of a yes that needs a one-time code: everything but the code."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        request = _voted_on(policy, case, press, now)
        if isinstance(request, Decision):
            return request
        return not_to_be_signed(case, request, press, surface) or []

    return rule


def may_reject(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form of Reject: everything but the reason."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        request = pending(case, press)
        if isinstance(request, Decision):
            return request
        if request.by == press.person.user_id and press.person.active:
            return []
        decision = _may_vote(policy, request, press, now, yes=False)
        return [] if decision.allowed or decision.reason is Reason.ALREADY_VOTED else decision

    return rule


def reject_request(policy: ApprovalPolicy) -> PressRule:
    """The rule for sending the form of Reject. Who asked may take their own request back."""
    may = may_reject(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        if not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words why not.")
        return [draft(RequestRejected(press.request_id, press.reason.strip()), press.by)]

    return rule


def _voted_on(policy: ApprovalPolicy, case: Case, press: Press, now: datetime) -> Request | Decision:
    """The request that this person may say yes to, or why they may not."""
    request = pending(case, press)
    if isinstance(request, Decision):
        return request
    decision = _may_vote(policy, request, press, now)
    if not decision.allowed:
        return decision
    why = tightened(policy.terms_for, case, request)
    return request if why is None else refused(Reason.NOT_IN_THIS_STATE, f"{why} Reject this request first.")


def pending(case: Case, press: Press) -> Request | Decision:
    """The request that was pressed on, while it waits for somebody's yes; else why nobody can decide it."""
    request = case.requests.get(press.request_id)
    if request is None:
        return refused(Reason.FORGED, "This button belongs to no request of this case. Nothing was done.")
    if request.state is not RequestState.PENDING:
        return refused(Reason.SETTLED, f"This request is settled: {settled_words(request)}.")
    return request


def settled_words(request: Request) -> str:
    """How a settled request ended, in words that end a sentence."""
    words = {
        RequestState.APPROVED: "it is approved and about to run",
        RequestState.RUNNING: "it is running",
        RequestState.DONE: "it was done",
        RequestState.FAILED: "it failed",
        RequestState.UNKNOWN: "its outcome is not known",
        RequestState.STOPPED: "nothing was run",
        RequestState.REJECTED: "it was rejected",
        RequestState.EXPIRED: "it expired and nothing was run",
    }
    return words.get(request.state, "it is open")


def _may_vote(policy: ApprovalPolicy, request: Request, press: Press, now: datetime, *, yes: bool = True) -> Decision:
    return may_vote(
        policy,
        press.person,
        request.terms,
        requester=request.by,
        voted=tuple(vote.user_id for vote in request.votes),
        deadline=request.deadline,
        now=now,
        yes=yes,
        part=part_of_voting(request.action_id, request.risk, yes=yes),
    )

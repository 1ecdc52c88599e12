"""Who may do what: decisions are values with a reason, and the default is no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.plan import Risk


class Reason(StrEnum):
    """Why a decision is what it is; kept in the log and shown to the person in words."""

    ALLOWED = "allowed"
    NOT_A_RESPONDER = "not_a_responder"
    NOT_AN_APPROVER = "not_an_approver"
    NOT_A_MEMBER = "not_a_member"
    MEMBERSHIP_UNKNOWN = "membership_unknown"
    OWN_REQUEST = "own_request"
    ALREADY_VOTED = "already_voted"
    REASON_MISSING = "reason_missing"
    EXPIRED = "expired"
    SETTLED = "settled"
    OLD_CARD = "old_card"
    NOT_IN_THIS_STATE = "not_in_this_state"
    ALREADY_REQUESTED = "already_requested"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_CASE = "unknown_case"
    FORGED = "forged"
    NO_TARGET = "no_target"
    NOT_AN_OWNER = "not_an_owner"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, why, and the sentence that the person reads."""

    allowed: bool
    reason: Reason
    sentence: str


ALLOWED = Decision(allowed=True, reason=Reason.ALLOWED, sentence="")


def refused(reason: Reason, sentence: str) -> Decision:
    """A no with its reason."""
    return Decision(allowed=False, reason=reason, sentence=sentence)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack, as far as the configured lists and groups know them.

    ``active`` is False for people who left, guests and bots. ``unknown`` names what Slack could not tell (a group
    that can't be resolved, say); then the answer is no. ``owner`` says that they are in the group that knows the
    organization's CAs, ``owners_unknown`` why Slack can't tell.
    """

    user_id: str
    responder: bool = False
    approver: bool = False
    active: bool = True
    unknown: str | None = None
    owner: bool = False
    owners_unknown: str | None = None


@dataclass(frozen=True, slots=True)
class RiskRule:
    """What one risk asks for. ``approvals`` counts people other than the requester."""

    approvals: int
    expires_after: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """How many people must say yes, by risk; and in words who they are, for the people who are refused."""

    reversible: RiskRule = RiskRule(approvals=0)
    irreversible: RiskRule = RiskRule(approvals=1)
    responders_in_words: str = "the responders"
    approvers_in_words: str = "the approvers"
    owners_in_words: str = "the owners of your CAs"

    def rule_for(self, risk: Risk) -> RiskRule:
        """The rule of a risk; reading needs nobody's yes."""
        if risk is Risk.READ:
            return RiskRule(approvals=0)
        return self.reversible if risk is Risk.REVERSIBLE else self.irreversible


def may_start(policy: ApprovalPolicy, risk: Risk | None, person: Person) -> Decision:
    """Whether a person may press a control; ``risk`` None is for notes on the case, such as acknowledge.

    Responders may ask for everything. Approvers may also read, because they must know what they approve.
    """
    decision = _is_here(person)
    if not decision.allowed:
        return decision
    if person.responder or (person.approver and risk is Risk.READ):
        return ALLOWED
    if person.unknown:
        return refused(
            Reason.MEMBERSHIP_UNKNOWN,
            f"Nothing was done: {person.unknown}. Ask {policy.responders_in_words}.",
        )
    return refused(Reason.NOT_A_RESPONDER, f"You may not do this. {policy.responders_in_words} may.")


def may_vote(
    policy: ApprovalPolicy,
    person: Person,
    *,
    requester: str,
    voted: tuple[str, ...],
    deadline: datetime,
    now: datetime,
) -> Decision:
    """Whether a person's yes or no counts for a request.

    The requester never counts, nobody counts twice, and after the deadline nobody counts.
    """
    decision = _is_here(person)
    if not decision.allowed:
        return decision
    if now >= deadline:
        return refused(Reason.EXPIRED, "This request has expired. Nothing was run. Ask for it again.")
    if person.user_id == requester:
        return refused(
            Reason.OWN_REQUEST,
            f"You asked for this, so someone else must decide: {policy.approvers_in_words}.",
        )
    if not person.approver:
        why = f"Nothing was done: {person.unknown}." if person.unknown else "You may not decide this."
        reason = Reason.MEMBERSHIP_UNKNOWN if person.unknown else Reason.NOT_AN_APPROVER
        return refused(reason, f"{why} {policy.approvers_in_words} may.")
    if person.user_id in voted:
        return refused(Reason.ALREADY_VOTED, "Your yes is already counted. It needs another person.")
    return ALLOWED


def may_answer_for_ca(policy: ApprovalPolicy, person: Person) -> Decision:
    """Whether a person may say whose CA it is: members of the configured group, and nobody else."""
    decision = _is_here(person)
    if not decision.allowed or person.owner:
        return decision
    if person.owners_unknown:
        sentence = f"Nothing was done: {person.owners_unknown}. {policy.owners_in_words} may answer."
        return refused(Reason.MEMBERSHIP_UNKNOWN, sentence)
    return refused(Reason.NOT_AN_OWNER, f"You may not answer this. {policy.owners_in_words} may.")


def _is_here(person: Person) -> Decision:
    if person.active:
        return ALLOWED
    return refused(Reason.NOT_A_MEMBER, "Guests, apps and people who left can't use Anchorwatch.")

"""Who may do what: decisions are values with a reason, and the default is no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain.approval_rule import UNKNOWN, ApprovalRule, Asked, first_rule, rules_by_risk
from bot.domain.identity import ACCOUNT_ID
from bot.domain.people import Bar, Part, Person, not_told
from bot.domain.plan import Risk
from bot.domain.terms import Terms

__all__ = [
    "ALLOWED",
    "ApprovalPolicy",
    "Bar",
    "Decision",
    "Part",
    "Person",
    "Reason",
    "Terms",
    "barred",
    "first_no",
    "may_answer_for_ca",
    "may_start",
    "may_vote",
    "no_approver",
    "not_here",
    "refused",
    "too_late",
]

_REGION = re.compile(r"[a-z0-9-]{1,32}")


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
    OTHER_CARD = "other_card"
    NOT_READ_YET = "not_read_yet"
    NOT_OPENED = "not_opened"
    NOT_IN_THIS_STATE = "not_in_this_state"
    ALREADY_REQUESTED = "already_requested"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_CASE = "unknown_case"
    FORGED = "forged"
    NO_TARGET = "no_target"
    NOT_AN_OWNER = "not_an_owner"
    NOT_CONFIGURED = "not_configured"
    NO_RULE = "no_rule"
    SUSPECT = "suspect"
    NOT_ASKED = "not_asked"
    CODE_MISSING = "code_missing"
    CODE_REFUSED = "code_refused"
    NO_GLASS = "no_glass"
    NOT_ON_GLASS_LIST = "not_on_glass_list"
    EVIDENCE_NOT_SAVED = "evidence_not_saved"


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
class ApprovalPolicy:
    """The rules, read from the top; and in words who people are, for those who are refused.

    ``environments`` are those of the accounts that the house file names. ``evidence_first`` says that nothing may be
    deleted before the guide has asked its first questions; without a guide there is nothing to wait for.
    """

    rules: tuple[ApprovalRule, ...] = field(default_factory=rules_by_risk)
    environments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    responders_in_words: str = "the responders"
    approvers_in_words: str = "the approvers"
    owners_in_words: str = "the owners of your CAs"
    evidence_first: bool = False

    def terms_for(
        self, action_id: str, risk: Risk, account: str | None, region: str | None, *, least: int = 0
    ) -> Terms | Decision:
        """What the first rule that fits asks for, or the no where none does. Reading needs nobody's yes.

        ``least`` is how many other people the action itself wants; only a rule that names the action may ask for fewer.
        """
        if risk is Risk.READ:
            return Terms(needed=0, reason_required=False, reminder_minutes=())
        environment = self.environments.get(account or "", UNKNOWN)
        rule = first_rule(self.rules, Asked(action_id, risk, account or "", region or "", environment))
        if rule is not None:
            terms = rule.terms.with_floor(risk)
            return terms.with_least(least, named=action_id in rule.scope.actions)
        # Both may come from an event, which an attacker writes.
        where = account if account and ACCOUNT_ID.fullmatch(account) else "that is not known"
        place = region if region and _REGION.fullmatch(region) else "in an unknown Region"
        return refused(
            Reason.NO_RULE,
            f"Nobody may ask for this: no approval rule fits {action_id} in account {where} ({environment}), {place}. "
            "Whoever runs Anchorwatch can add one to the file that ANCHORWATCH_APPROVALS names.",
        )

    def may_approve_something(self, person: Person) -> bool:
        """Whether a person is one of those who may say yes to anything, or break a glass."""
        lists = (people for rule in self.rules for people in (rule.terms.named, rule.terms.break_glass))
        return person.approver or any(people.holds(person) for people in lists)

    def who_in_words(self, terms: Terms) -> str:
        """Who may say yes, as mentions."""
        return terms.who_in_words(self.approvers_in_words)


def may_start(policy: ApprovalPolicy, risk: Risk | None, person: Person, part: Part | None = None) -> Decision:
    """Whether a person may press a control; ``risk`` None is for notes on the case, such as acknowledge.

    Responders may ask for everything. Approvers may also read, because they must know what they approve. ``part`` is
    what it is of the parts that a bar can take; None means the one that is taken first.
    """
    part = part or (Part.READ if risk is Risk.READ else Part.START)
    return first_no(not_here(person), barred(person, part), _no_starter(policy, risk, person))


def may_vote(
    policy: ApprovalPolicy,
    person: Person,
    terms: Terms,
    *,
    requester: str,
    voted: tuple[str, ...],
    deadline: datetime,
    now: datetime,
    yes: bool = True,
    part: Part = Part.DECIDE,
) -> Decision:
    """Whether a person's yes (or no) counts for a request made under these terms.

    Who asked does not count here, nobody counts twice, and after the deadline nobody counts. A no needs no share.
    """
    return first_no(
        not_here(person),
        barred(person, part),
        too_late(deadline, now),
        _own(policy, person, terms, requester, voted),
        no_approver(policy, person, terms),
        _share_unknown(person, terms) if yes else None,
        _voted_already(person, voted),
    )


def may_answer_for_ca(policy: ApprovalPolicy, person: Person) -> Decision:
    """Whether a person may say whose CA it is: members of the configured group, and nobody else."""
    return first_no(not_here(person), barred(person, Part.ANSWER), _no_owner(policy, person))


def first_no(*found: Decision | None) -> Decision:
    """The first thing that stands against it. A further condition is one more function in the list of its kind."""
    return next((no for no in found if no is not None), ALLOWED)


def not_here(person: Person) -> Decision | None:
    """The no to who is nobody here; None for everybody else."""
    if person.active:
        return None
    sentence = "Guests, apps, people of other workspaces and people who left can't use Anchorwatch."
    return refused(Reason.NOT_A_MEMBER, sentence)


def barred(person: Person, part: Part) -> Decision | None:
    """The no to who has no such part in the case; None for everybody else."""
    bar = next((one for one in person.bars if part in one.parts), None)
    return None if bar is None else refused(Reason(bar.reason), bar.sentence)


def _no_starter(policy: ApprovalPolicy, risk: Risk | None, person: Person) -> Decision | None:
    if person.responder or (risk is Risk.READ and policy.may_approve_something(person)):
        return None
    if person.unknown:
        return refused(
            Reason.MEMBERSHIP_UNKNOWN,
            f"Nothing was done: {person.unknown}. Ask {policy.responders_in_words}.",
        )
    return refused(Reason.NOT_A_RESPONDER, f"You may not do this. {policy.responders_in_words} may.")


def too_late(deadline: datetime, now: datetime) -> Decision | None:
    """The no to a request that has expired; None before that."""
    if now < deadline:
        return None
    return refused(Reason.EXPIRED, "This request has expired. Nothing was run. Ask for it again.")


def _own(
    policy: ApprovalPolicy, person: Person, terms: Terms, requester: str, voted: tuple[str, ...]
) -> Decision | None:
    if person.user_id != requester:
        return None
    who = policy.who_in_words(terms)
    if requester in voted:
        return refused(Reason.ALREADY_VOTED, f"Your yes is already counted. It needs another person: {who}.")
    return refused(Reason.OWN_REQUEST, f"You asked for this, so someone else must decide: {who}.")


def no_approver(policy: ApprovalPolicy, person: Person, terms: Terms) -> Decision | None:
    """The no to who is none of those who may approve under these terms, or of whom Slack can't tell; else None."""
    may = terms.may_approve(person)
    if may:
        return None
    if may is None:
        lost = not_told(person.lost_groups.intersection(terms.named.groups)) or person.unknown
        return refused(Reason.MEMBERSHIP_UNKNOWN, f"Nothing was done: {lost}. {policy.who_in_words(terms)} may.")
    return refused(Reason.NOT_AN_APPROVER, f"You may not decide this. {policy.who_in_words(terms)} may.")


def _share_unknown(person: Person, terms: Terms) -> Decision | None:
    """A yes that might be the one that is wanted from a group is not taken while Slack can't tell."""
    if None not in terms.shares_of(person).values():
        return None
    groups = {group for share in terms.shares for group in share.people.groups}
    lost = not_told(person.lost_groups & groups)
    return refused(
        Reason.MEMBERSHIP_UNKNOWN,
        f"Nothing was done: {lost}, so nobody knows whether your yes is the one that is needed. Try again in a minute.",
    )


def _voted_already(person: Person, voted: tuple[str, ...]) -> Decision | None:
    if person.user_id not in voted:
        return None
    return refused(Reason.ALREADY_VOTED, "Your yes is already counted. It needs another person.")


def _no_owner(policy: ApprovalPolicy, person: Person) -> Decision | None:
    if person.owner:
        return None
    if person.owners_unknown:
        sentence = f"Nothing was done: {person.owners_unknown}. {policy.owners_in_words} may answer."
        return refused(Reason.MEMBERSHIP_UNKNOWN, sentence)
    return refused(Reason.NOT_AN_OWNER, f"You may not answer this. {policy.owners_in_words} may.")

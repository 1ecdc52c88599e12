"""What a request would need if somebody made it now, for the form in which they read that."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.approval import ApprovalPolicy, Decision, Person, Reason
from bot.domain.case import Case
from bot.domain.glass_rule import may_break_glass
from bot.domain.ladder import Askable
from bot.domain.suspect import suspected
from bot.domain.terms import Missing, Terms, missing
from bot.service.ask_for_action import own_yes, terms_for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request of whoever opens the form would need: ``lacking`` is left when their own yes counts (or not).

    ``glass`` says that they may break the glass, ``no_glass`` why one of those who usually may can't now.
    """

    terms: Terms
    lacking: Missing
    own_yes: bool
    approvers_in_words: str
    glass: bool = False
    no_glass: str = ""


def wanted_of(policy: ApprovalPolicy, action: Askable, case: Case, person: Person) -> Wanted | Decision:
    """What a person's request of an action would need, or why nobody may ask for it."""
    terms = terms_for(policy, action, case)
    if isinstance(terms, Decision):
        return terms
    own = own_yes(terms, person)
    lacking = missing(terms, own)
    may = may_break_glass(suspected(case, person, policy.approvers_in_words), terms)
    why = may.sentence if may.reason in (Reason.MEMBERSHIP_UNKNOWN, Reason.SUSPECT) else ""
    closed = "" if lacking.nothing else why
    return Wanted(terms, lacking, bool(own), policy.who_in_words(terms), may.allowed and not lacking.nothing, closed)

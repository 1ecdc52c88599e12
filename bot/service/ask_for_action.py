"""Ask for a response action: check that the person may, and log the request with the plan that they saw."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Decision, Part, Person, Reason, Terms, may_start, refused
from bot.domain.case import Case
from bot.domain.code_check import CodeCheck, code_refusal
from bot.domain.events import ActionRequested, draft
from bot.domain.evidence_saved import unsaved
from bot.domain.ladder import Askable, Ladder
from bot.domain.ladder_choice import choose
from bot.domain.plan import Plan, Risk, plan_name
from bot.domain.suspect import part_of_asking
from bot.domain.terms import Yes, both, missing
from bot.service.break_glass import glass_at_asking
from bot.service.press import Answer, Press, PressRule


def may_ask(policy: ApprovalPolicy, action: Askable) -> PressRule:
    """The rule for opening an action's form: everything but the reason and the plan."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        decision = may_start(policy, action.risk, press.person, part_of_asking(action.id, action.risk))
        if not decision.allowed:
            return decision
        if case.target.anchor_arn is None:
            return refused(Reason.NO_TARGET, "No report names the trust anchor's ARN, so there is nothing to act on.")
        if case.closed is not None and action.risk is not Risk.READ:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value}. Reopen it first.")
        if (unfit := _unfit(case, action)) is not None:
            return unfit
        if policy.evidence_first and (why := unsaved(case, action.id, now)) is not None:
            return refused(Reason.EVIDENCE_NOT_SAVED, why)
        terms = terms_for(policy, action, case)
        return terms if isinstance(terms, Decision) else []

    return rule


def ask_for_action(policy: ApprovalPolicy, action: Askable, plan: Plan) -> PressRule:
    """The rule for sending an action's form; ``plan`` is made from what is known now."""
    may = may_ask(policy, action)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        terms = terms_for(policy, action, case)
        if isinstance(terms, Decision):
            return terms
        if terms.reason_required and not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words why this is needed.")
        if terms.one_time_code and (no_code := code_refusal(press.code)) is not None:
            return no_code
        if action.risk is not Risk.READ and press.digest != plan.digest():
            return refused(
                Reason.OLD_CARD,
                "What is known of the trust anchor has changed since this opened. Close it and press again.",
            )
        asked = _request(terms, action, plan, case, press, now)
        if not press.breaks_glass or missing(terms, own_yes(terms, press.person)).nothing:
            return [draft(asked, press.by)]
        broken = glass_at_asking(asked, terms, press)
        return broken if isinstance(broken, Decision) else [draft(asked, press.by), draft(broken, press.by)]

    return rule


def _unfit(case: Case, action: Askable) -> Decision | None:
    """Why what the case has done already, or is about to do, stands against it."""
    open_ids = {one.action_id for one in case.requests.values() if one.is_open}
    rungs: tuple[Askable, ...] = action.actions if isinstance(action, Ladder) else ()
    for one in (action, *rungs):
        if one.id in open_ids:
            return refused(Reason.ALREADY_REQUESTED, f"“{one.title}” is asked for already and not settled yet.")
    if isinstance(action, Ladder) and not choose(action, case).actions:
        return refused(Reason.NOT_IN_THIS_STATE, f"Of “{action.title}” nothing is left to be done.")
    return None


def terms_for(policy: ApprovalPolicy, action: Askable, case: Case) -> Terms | Decision:
    """What a request of this action in this case would need, or why nobody may ask for it.

    A ladder needs what its own rule asks for and what each of its rungs would need alone.
    """
    account, region = case.target.account, case.target.region
    if not isinstance(action, Ladder):
        return policy.terms_for(action.id, action.risk, account, region, least=action.least_approvals)
    own = policy.terms_for(action.id, action.risk, account, region)
    for terms in (terms_for(policy, rung, case) for rung in choose(action, case).actions):
        if isinstance(own, Decision):
            return own
        own = terms if isinstance(terms, Decision) else both(own, terms) or _different_people(action)
    return own


def _different_people(ladder: Ladder) -> Decision:
    return refused(
        Reason.NO_RULE,
        f"“{ladder.title}” can't be asked for as one: the rules ask different people for its steps. "
        "Ask for them one by one.",
    )


def own_yes(terms: Terms, person: Person) -> tuple[Yes, ...]:
    """The yes of the one who asks, where the terms let it count; else nothing."""
    if person.is_barred(Part.AGREE):
        return ()
    shares = terms.shares_of(person)
    if not terms.own_yes_counts or not terms.may_approve(person) or None in shares.values():
        return ()
    return (Yes(person.user_id, tuple(name for name, is_of in shares.items() if is_of)),)


def _request(terms: Terms, action: Askable, plan: Plan, case: Case, press: Press, now: datetime) -> ActionRequested:
    own = own_yes(terms, press.person)
    return ActionRequested(
        request_id=f"R{sum(not one.ladder for one in case.requests.values()) + 1}",
        action_id=action.id,
        risk=action.risk,
        reason=press.reason.strip(),
        plan=plan,
        digest=plan.digest(),
        needed=terms.needed,
        deadline=now + terms.expires_after,
        contains=action.contains,
        terms=None if action.risk is Risk.READ else terms,
        own_shares=own[0].shares if own else None,
        proved=press.code is CodeCheck.RIGHT,
        reads_first=action.risk is not Risk.READ,
        shown_as=plan_name(plan.digest()),
    )

"""Who may break the glass, and who may review that."""

from __future__ import annotations

from bot.domain.approval import ApprovalPolicy, Decision, Reason, barred, first_no, no_approver, not_here, refused
from bot.domain.people import Part, Person, not_told
from bot.domain.terms import Terms


def may_break_glass(person: Person, terms: Terms) -> Decision:
    """Whether a person may let what is asked for under these terms run without the yes of others."""
    return first_no(not_here(person), _no_glass(terms), barred(person, Part.BREAK), _not_on(terms, person))


def may_review(policy: ApprovalPolicy, person: Person, terms: Terms, concerned: tuple[str, ...]) -> Decision:
    """Whether a person may review a broken glass: who could have approved the request, and had no part in it."""
    who = policy.who_in_words(terms)
    own = refused(Reason.OWN_REQUEST, f"You had a part in this, so somebody else must review it: {who}.")
    return first_no(
        not_here(person),
        barred(person, Part.DECIDE),
        own if person.user_id in concerned else None,
        no_approver(policy, person, terms),
    )


def _no_glass(terms: Terms) -> Decision | None:
    if terms.break_glass.users or terms.break_glass.groups:
        return None
    return refused(
        Reason.NO_GLASS,
        "Nobody can break the glass for this. It is only for what can be undone, and for the people of [break_glass] "
        "in the file that ANCHORWATCH_APPROVALS names.",
    )


def _not_on(terms: Terms, person: Person) -> Decision | None:
    people = terms.break_glass
    may = people.holds(person)
    if may:
        return None
    if may is None:
        lost = not_told(person.lost_groups.intersection(people.groups))
        return refused(
            Reason.MEMBERSHIP_UNKNOWN, f"{lost}, so nobody knows whether you may break the glass. It stays closed."
        )
    return refused(Reason.NOT_ON_GLASS_LIST, f"You may not break the glass. {people.in_words()} may.")

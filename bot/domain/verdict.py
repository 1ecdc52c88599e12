"""The verdict line: what speaks for trouble, what against it, and a priority that people can work out by hand.

The rule, whole:

1. **High** when a sign says ``raises``, or says ``raises unless ours`` and nothing says that the CA is ours, or says
   ``raises unless ours or a test`` and nothing says that it is ours or a test.
2. **Low** when the CA is ours (a sign ``settles``) or a test (``settles a test``) and rule 1 does not hold.
3. **Medium** otherwise: also when nothing could be looked into.

A test is a self-signed CA in an account that you list as a lab. Using it is part of a test; leaving the account, taking
data and making other ways in are not.

Signs that say ``speaks for trouble`` or ``speaks against it`` are shown and change nothing by themselves. A CA that is
not in the inventory (``ca_unknown``) is one of them: it does not raise the priority, because nearly every external CA
that rings is unknown at first. Such a case is medium until rule 1 or 2 says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.answer import Answer, Sign, Standing
from bot.domain.ca_facts import RedFlag
from bot.domain.ca_findings import SAME_KEYS

EARLIER_CASES = "ca_in_earlier_cases"
"""The question whose answer knows how other cases of its keys stand now."""


class Effect(StrEnum):
    """What a sign does to the priority."""

    RAISES = "raises"
    RAISES_UNLESS_OURS = "raises unless ours"
    RAISES_UNLESS_TEST = "raises unless ours or a test"
    SETTLES = "settles"
    SETTLES_TEST = "settles a test"
    FOR_TROUBLE = "speaks for trouble"
    AGAINST_TROUBLE = "speaks against it"


class Priority(StrEnum):
    """How soon somebody should look."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


EFFECTS: dict[str, Effect] = {
    # Strongest first of those that raise, and within each other effect: the card shows no more than a few.
    "published_private_key": Effect.RAISES,
    "public_root": Effect.RAISES,
    "issued_by_public_ca": Effect.RAISES,
    "owners_say_not_ours": Effect.RAISES,
    "suspect_denies": Effect.RAISES,
    "key_returned": Effect.RAISES,
    "earlier_true_positive": Effect.RAISES,
    "ca_changed": Effect.RAISES,
    "imitates_public_ca": Effect.RAISES,
    "data_shared": Effect.RAISES_UNLESS_OURS,
    "secrets_read": Effect.RAISES_UNLESS_OURS,
    "chained_to_another_account": Effect.RAISES_UNLESS_OURS,
    "logging_changed": Effect.RAISES_UNLESS_OURS,
    "ca_spread": Effect.RAISES_UNLESS_OURS,
    "owners_said_not_ours_before": Effect.RAISES_UNLESS_OURS,
    # How a key is slipped in beside approved ones; a vendor's new key looks the same, so its owners can settle it.
    "unknown_key_among_approved": Effect.RAISES_UNLESS_OURS,
    "ca_used": Effect.RAISES_UNLESS_TEST,
    "administrator_reachable": Effect.RAISES_UNLESS_OURS,
    "escalation_reachable": Effect.RAISES_UNLESS_OURS,
    "pentest_tool": Effect.RAISES_UNLESS_OURS,
    "trust_policy_opened": Effect.RAISES_UNLESS_OURS,
    "credential_path_made": Effect.RAISES_UNLESS_OURS,
    "role_trusts_service": Effect.RAISES_UNLESS_OURS,
    "contained_caller_again": Effect.RAISES_UNLESS_OURS,
    "other_findings": Effect.RAISES_UNLESS_OURS,
    # Only for every key of it, this account and Region, and today.
    "ca_approved": Effect.SETTLES,
    # One of the configured group, by name, about these very keys.
    "owners_say_ours": Effect.SETTLES,
    "lab_test": Effect.SETTLES_TEST,
    # That more happened than there are cases must not be pushed off the card.
    "run_cut": Effect.FOR_TROUBLE,
    "ca_partly_approved": Effect.FOR_TROUBLE,
    "limits_broken": Effect.FOR_TROUBLE,
    "ca_approval_ended": Effect.FOR_TROUBLE,
    "ca_approved_elsewhere": Effect.FOR_TROUBLE,
    "ca_unknown": Effect.FOR_TROUBLE,
    "production_account": Effect.FOR_TROUBLE,
    "chained_role": Effect.FOR_TROUBLE,
    "iam_changed": Effect.FOR_TROUBLE,
    "remote_command": Effect.FOR_TROUBLE,
    "console_opened": Effect.FOR_TROUBLE,
    "certificate_seen": Effect.FOR_TROUBLE,
    "session_refused": Effect.FOR_TROUBLE,
    "same_key_elsewhere": Effect.FOR_TROUBLE,
    "contained_address_again": Effect.FOR_TROUBLE,
    "same_ca_elsewhere": Effect.FOR_TROUBLE,
    "roles_reachable": Effect.FOR_TROUBLE,
    "actor_is_no_owner": Effect.FOR_TROUBLE,
    "new_place": Effect.FOR_TROUBLE,
    "new_address": Effect.FOR_TROUBLE,
    "root_user": Effect.FOR_TROUBLE,
    "looked_around": Effect.FOR_TROUBLE,
    "profile_changed": Effect.FOR_TROUBLE,
    "refused_calls": Effect.FOR_TROUBLE,
    "first_iam_change": Effect.FOR_TROUBLE,
    "outside_hours": Effect.FOR_TROUBLE,
    "fresh_access_key": Effect.FOR_TROUBLE,
    "user_without_mfa": Effect.FOR_TROUBLE,
    "no_mfa": Effect.FOR_TROUBLE,
    "fresh_ca": Effect.FOR_TROUBLE,
    "long_lived_key": Effect.FOR_TROUBLE,
    "address_shared": Effect.FOR_TROUBLE,
    "tool_default": Effect.FOR_TROUBLE,
    "first_anchor": Effect.FOR_TROUBLE,
    "owners_said_ours_before": Effect.AGAINST_TROUBLE,
    "earlier_false_positive": Effect.AGAINST_TROUBLE,
    "same_key_harmless": Effect.AGAINST_TROUBLE,
    "ca_established": Effect.AGAINST_TROUBLE,
    "stack_owned": Effect.AGAINST_TROUBLE,
    "no_role_reachable": Effect.AGAINST_TROUBLE,
    "actor_is_owner": Effect.AGAINST_TROUBLE,
    "first_setup": Effect.AGAINST_TROUBLE,
    "inside_maintenance": Effect.AGAINST_TROUBLE,
    "within_limits": Effect.AGAINST_TROUBLE,
    # A person's word; the next is found in what the caller wrote, and anybody can name one.
    "ticket_given": Effect.AGAINST_TROUBLE,
    "ticket_named": Effect.AGAINST_TROUBLE,
    "known_address": Effect.AGAINST_TROUBLE,
    "inside_hours": Effect.AGAINST_TROUBLE,
    "anchor_disabled": Effect.AGAINST_TROUBLE,
    "ca_not_used": Effect.AGAINST_TROUBLE,
    # The giver has a name like the caller's.
    "ticket_of_suspect": Effect.AGAINST_TROUBLE,
}
"""What each code of a sign or red flag does, the strongest first.

A code that is not here speaks for trouble, changes nothing else, and is shown last.
"""


_COULD_RAISE = {
    "ca_used": "whether the CA was used",
    "reachable_roles": "whom its owner can become",
    "privileged_roles": "what these roles may do",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``why`` is the sentence of the rule that decided. ``for_trouble`` and ``against`` are signs, strongest first.

    ``people`` are the Slack users whose word decided it.
    """

    priority: Priority
    why: str
    for_trouble: tuple[Sign, ...]
    against: tuple[Sign, ...]
    not_checked: tuple[str, ...]
    people: tuple[str, ...] = ()


def verdict(flags: Iterable[RedFlag], answers: Iterable[Answer]) -> Verdict:
    """Weigh everything that is known now."""
    answers = tuple(answers)
    flags = [one for one in flags if not (one.code in SAME_KEYS and _knows_other_cases(answers))]
    found = [*(Sign(one.code, one.sentence) for one in flags), *(sign for one in answers for sign in one.signs)]
    signs = sorted(_distinct(found), key=_strength)
    by_effect = {effect: tuple(one for one in signs if effect_of(one) is effect) for effect in Effect}
    ours, test = by_effect[Effect.SETTLES], by_effect[Effect.SETTLES_TEST]
    raises = {
        Effect.RAISES,
        *(() if ours else (Effect.RAISES_UNLESS_OURS,)),
        *(() if ours or test else (Effect.RAISES_UNLESS_TEST,)),
    }
    raising = tuple(one for one in signs if effect_of(one) in raises)
    calm = (*ours, *test, *by_effect[Effect.AGAINST_TROUBLE])
    trouble = tuple(one for one in signs if one not in calm)
    priority, decided = _priority(raising, (*ours, *test))
    return Verdict(
        priority,
        f"{decided.sentence}{_blind(answers) if priority is Priority.MEDIUM else ''}",
        (*raising, *(one for one in trouble if one not in raising)),
        calm,
        _open(answers),
        decided.people,
    )


def _knows_other_cases(answers: Iterable[Answer]) -> bool:
    """Whether the guide has read all other cases of its keys: they may stand otherwise than when the event came."""
    return any(one.question == EARLIER_CASES and one.facts.get("whole") is True for one in answers)


def effect_of(sign: Sign) -> Effect:
    """What a sign does to the priority."""
    return EFFECTS.get(sign.code, Effect.FOR_TROUBLE)


def _strength(sign: Sign) -> int:
    """Where a sign's code stands in the table; behind it, when it does not."""
    return tuple(EFFECTS).index(sign.code) if sign.code in EFFECTS else len(EFFECTS)


def _priority(raising: tuple[Sign, ...], settling: tuple[Sign, ...]) -> tuple[Priority, Sign]:
    """The priority and the sign that decided it."""
    if raising:
        return Priority.HIGH, raising[0]
    if settling:
        return Priority.LOW, settling[0]
    return Priority.MEDIUM, Sign("", "Nothing found so far raises or settles it.")


def _blind(answers: tuple[Answer, ...]) -> str:
    """What could raise the priority and could not be looked into; empty when all of it was."""
    unseen = {one.question for one in answers if one.standing in (Standing.NOT_ALLOWED, Standing.COULD_NOT_CHECK)}
    blind = [words for question, words in _COULD_RAISE.items() if question in unseen]
    return f" But it could not be seen {' or '.join(blind)}." if blind else ""


def _distinct(signs: Iterable[Sign]) -> tuple[Sign, ...]:
    """Each sign once; of two that tell of the same events, the one that tells of more, else the first."""
    kept: list[Sign] = []
    for one in {(one.code, one.sentence): one for one in signs}.values():
        if any(_holds(other, one) for other in kept):
            continue
        kept = [other for other in kept if not _holds(one, other)]
        kept.append(one)
    return tuple(kept)


def _holds(one: Sign, other: Sign) -> bool:
    """Whether one tells of everything that the other tells of."""
    return one.code == other.code and bool(other.events) and set(other.events) <= set(one.events)


def _open(answers: Iterable[Answer]) -> tuple[str, ...]:
    """What the verdict does not know: refused and failed questions, and what answers say that they leave out."""
    found: list[str] = []
    for one in answers:
        if one.standing in (Standing.NOT_ALLOWED, Standing.COULD_NOT_CHECK):
            found.append(one.sentence)
        found.extend(one.not_checked)
    return tuple(dict.fromkeys(found))

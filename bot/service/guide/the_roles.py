"""Who the CA's owner can become: the profiles, the roles that are open, and what these may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.answer import (
    Answer,
    Question,
    Sign,
    Standing,
    answered,
    could_not_check,
    does_not_apply,
    not_allowed,
)
from bot.domain.reach_count import roles_of
from bot.domain.reach_line import QUESTION, sentence_of
from bot.domain.reach_table import accounts_in_words, dangerous, facts_of, role_name, table_line
from bot.domain.usage.words import none_or
from bot.service.guide.account_reached import PERMISSIONS, AccountReached, account_reached
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import count

_MOST_LINES = 40
_NOT_WEIGHED = (
    "Organization policies (SCPs and RCPs) and policies of resources were not weighed: they may allow less or more.",
    "Conditions and resources in boundaries, session policies and Denies count as not in the way.",
)
_PROFILES = Question("profiles", ("92",), "Which profiles can be used with the trust anchor?")
_ROLES = Question(QUESTION, ("57", "113"), "Which roles can the CA's owner become?")
_PRIVILEGED = Question("privileged_roles", ("58",), "Which of these roles are privileged?")
_ACCOUNTS = Question("cross_account_roles", ("59",), "Which of these roles reach other accounts?")
_TRUSTING = Question("roles_trusting_service", ("103",), "Which roles of the account trust Roles Anywhere at all?")
_QUESTIONS = (_PROFILES, _ROLES, _PRIVILEGED, _ACCOUNTS, _TRUSTING)


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    arn = inquiry.case.target.anchor_arn
    if arn is None:
        for one in _QUESTIONS:
            yield does_not_apply(one.id, "No report names the trust anchor.")
        return
    found = await account_reached(inquiry, arn)
    yield _profiles(inquiry, found)
    yield _roles(found)
    yield _privileged(found)
    yield _accounts(found)
    yield _trusting(found)


def _profiles(inquiry: Inquiry, found: AccountReached) -> Answer:
    enabled = [one for one in found.profiles if one.get("enabled")]
    sentence = (
        f"{count(len(enabled), 'enabled profile')} and {none_or(len(found.profiles) - len(enabled))} disabled in "
        f"{inquiry.case.target.region}. A profile belongs to no trust anchor: each works with all of them."
    )
    lines = _capped([_profile_line(one) for one in (*enabled, *(p for p in found.profiles if not p.get("enabled")))])
    facts = {
        "enabled": len(enabled),
        "disabled": len(found.profiles) - len(enabled),
        # Also of those that are disabled: what they gave before lives on.
        "longest_session_seconds": _longest(found.profiles),
    }
    return answered(_PROFILES.id, sentence, lines=lines, facts=facts, not_checked=_arns_only(found))


def _longest(profiles: Sequence[Mapping[str, Any]]) -> int | None:
    """The longest session that a profile allows, in seconds; None when one of them does not say, or there is none."""
    seconds = [one.get("durationSeconds") for one in profiles]
    known = [one for one in seconds if isinstance(one, int)]
    return max(known) if known and len(known) == len(seconds) else None


def _profile_line(profile: Mapping[str, Any]) -> str:
    words = ["enabled" if profile.get("enabled") else "disabled", count(len(profile.get("roleArns") or ()), "role")]
    if seconds := profile.get("durationSeconds"):
        words.append(f"sessions of {int(seconds) // 60} min")
    if profile.get("acceptRoleSessionName"):
        words.append("session names are chosen freely")
    if profile.get("sessionPolicy") or profile.get("managedPolicyArns"):
        words.append("session policies take away")
    return f"{str(profile.get('name'))[:64]}: {', '.join(words)}"


def _arns_only(found: AccountReached) -> tuple[str, ...]:
    if found.roles.complete:
        return ()
    return (f"Roles in no profile: the permission {' or '.join(found.roles.missing) or 'to list roles'} is missing.",)


def _roles(found: AccountReached) -> Answer:
    facts = facts_of(found.count, found.knowledge, found.profile_names)
    gone = "AWS has no such trust anchor now. " if found.anchor_gone else ""
    return answered(
        _ROLES.id,
        f"{gone}{sentence_of(facts)}{_risk(found)}",
        lines=_table(found),
        signs=tuple(_signs(found)),
        missing=tuple(found.roles.missing) if found.roles.unread else (),
        not_checked=(*found.notes, *_unread(found), *_arns_only(found)),
        facts=facts,
    )


def _risk(found: AccountReached) -> str:
    names = [role_name(arn) for arn in roles_of(found.count.usable)[:3]]
    if not names:
        return ""
    more = len(roles_of(found.count.usable)) - len(names)
    return f" Whoever has its key signs certificates for {', '.join(names)}{f' and {more} more' if more > 0 else ''}."


def _table(found: AccountReached) -> tuple[str, ...]:
    lines = (
        table_line(one, found.knowledge.get((one.role_arn, one.profile_arn)), found.profile_names)
        for one in found.count.lines
    )
    return _capped(list(lines))


def _unread(found: AccountReached) -> tuple[str, ...]:
    if not found.roles.unread:
        return ()
    why = f": the permission {' or '.join(found.roles.missing)} is missing" if found.roles.missing else ""
    return (f"The trust policies of {count(len(found.roles.unread), 'role')}{why}.",)


def _signs(found: AccountReached) -> list[Sign]:
    usable = roles_of(found.count.usable)
    signs = []
    administrators, escalating = dangerous(found.count.usable, found.knowledge)
    if administrators:
        sentence = f"The CA's owner can become {_named(administrators)}, an administrator."
        signs.append(Sign("administrator_reachable", sentence))
    if escalating:
        sentence = f"The CA's owner can become {_named(escalating)}, which can make itself an administrator."
        signs.append(Sign("escalation_reachable", sentence))
    if usable:
        signs.append(Sign("roles_reachable", f"The CA's owner can become {count(len(usable), 'role')} now."))
    elif not found.count.undetermined and not found.roles.unread:
        signs.append(Sign("no_role_reachable", "No role is open to the CA's owner now."))
    return signs


def _named(arns: Sequence[str]) -> str:
    first = role_name(arns[0])
    return first if len(arns) == 1 else f"{first} or {len(arns) - 1} more"


def _privileged(found: AccountReached) -> Answer:
    lines = (*found.count.usable, *found.count.undetermined)
    refused = _unknown(_PRIVILEGED, found)
    if refused is not None:
        return refused
    administrators, _ = dangerous(lines, found.knowledge)
    read = [(one, found.knowledge.get((one.role_arn, one.profile_arn))) for one in lines]
    escalating = roles_of(one for one, known in read if known and known.privileges.escalations)
    escalating = tuple(one for one in escalating if one not in administrators)
    credentials = roles_of(one for one, known in read if known and known.privileges.credentials)
    sentence = (
        f"Of {count(len(roles_of(lines)), 'role')} that may be open, {none_or(len(administrators))} may do everything, "
        f"{none_or(len(escalating))} can get more permissions, {none_or(len(credentials))} can read credentials or "
        "secrets."
    )
    if not lines:
        sentence = "No role is open, so none is privileged."
    facts = {"administrators": len(administrators), "escalating": len(escalating), "credentials": len(credentials)}
    return answered(_PRIVILEGED.id, sentence, facts=facts, not_checked=(*_NOT_WEIGHED, *_policies_unread(found)))


def _unknown(question: Question, found: AccountReached) -> Answer | None:
    """Why nothing can be said of the policies of any role; None when something was read, or there is no role."""
    lines = (*found.count.usable, *found.count.undetermined)
    known = [found.knowledge.get((one.role_arn, one.profile_arn)) for one in lines]
    if not lines or any(one is not None and not one.details.unread for one in known):
        return None
    if found.roles.missing:
        return replace(not_allowed(question.id, found.roles.missing[0]), missing=tuple(found.roles.missing))
    return could_not_check(question.id, "No policy of these roles could be read whole.")


def _policies_unread(found: AccountReached) -> tuple[str, ...]:
    unread = {name for known in found.knowledge.values() for name in known.details.unread}
    lines = (*found.count.usable, *found.count.undetermined)
    without = [arn for arn in roles_of(lines) if not any(arn == role for role, _ in found.knowledge)]
    return (
        *(
            (f"{count(len(unread), 'policy', 'policies')} could not be read: {', '.join(sorted(unread)[:5])}.",)
            * bool(unread)
        ),
        *((f"The policies of {count(len(without), 'role')}.",) * bool(without)),
    )


def _accounts(found: AccountReached) -> Answer:
    lines = (*found.count.usable, *found.count.undetermined)
    read = [(one, found.knowledge.get((one.role_arn, one.profile_arn))) for one in lines]
    refused = _unknown(_ACCOUNTS, found)
    if refused is not None:
        return refused
    out = [(one, known) for one, known in read if known and known.privileges.other_accounts]
    accounts = sorted({account for _, known in out for account in known.privileges.other_accounts})
    inside = sorted({account for _, known in read if known for account in known.trusted})
    sentence = "None of them is allowed to assume roles of other accounts."
    if out:
        roles = roles_of(one for one, _ in out)
        sentence = f"{count(len(roles), 'role')} may assume roles of {accounts_in_words(accounts)}, where these let it."
    if not lines:
        sentence = "No role is open, so none reaches another account."
    also = f" Their trust policies also name {accounts_in_words(inside)}." if inside else ""
    reached = (f"{role_name(one.role_arn)}: {accounts_in_words(k.privileges.other_accounts)}" for one, k in out)
    lines_of = _capped(list(dict.fromkeys(reached)))
    facts = {"accounts": accounts[:_MOST_LINES], "trusted": inside[:_MOST_LINES]}
    whether = ("Whether the roles of other accounts let these roles in: that stands in those accounts.",)
    return answered(
        _ACCOUNTS.id, f"{sentence}{also}", lines=lines_of, facts=facts, not_checked=(*whether, *_policies_unread(found))
    )


def _trusting(found: AccountReached) -> Answer:
    lines = [one for one in found.count.lines if one.policy is not None and one.policy.names_service is not False]
    roles = roles_of(lines)
    away = len(found.count.one_profile_away)
    trust = "trusts" if len(roles) == 1 else "trust"
    sentence = f"{none_or(len(roles)).capitalize()} of the roles in profiles {trust} Roles Anywhere."
    if found.roles.complete:
        lack = f"{away} of them {'lacks' if away == 1 else 'lack'} nothing but an enabled profile" if away else ""
        of = f"{len(roles)} of {len(found.roles.roles)} roles of the account {trust} Roles Anywhere"
        sentence = f"{of}; {lack}." if lack else f"{of}."
    standing = Standing.ANSWERED if found.roles.complete or not found.roles.unread else Standing.NOT_ALLOWED
    return Answer(
        _TRUSTING.id,
        standing,
        sentence,
        missing=tuple(found.roles.missing) if standing is Standing.NOT_ALLOWED else (),
        facts={"roles": len(roles), "one_profile_away": away},
        not_checked=_arns_only(found),
    )


def _capped(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= _MOST_LINES:
        return tuple(lines)
    return (*lines[:_MOST_LINES], f"and {len(lines) - _MOST_LINES} more")


STEP = Step(
    id="the_roles",
    title="Who the CA's owner can become",
    questions=_QUESTIONS,
    permissions=PERMISSIONS,
    ask=_ask,
    again=True,
)

"""Reachable roles with what they may do: the lines of the answer, and its facts for the card and the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.privileges.permissions import Privileges
from bot.domain.privileges.role_details import RoleDetails
from bot.domain.reach.account_reach import Reach
from bot.domain.reach.verdicts import Verdict
from bot.domain.reach_count import ReachCount, roles_of
from bot.domain.reach_words import shut_by, why

MOST_ROLES = 40
_MOST_NAME = 64
_MOST_NAMED = 3
_MOST_TAG = 40
_MOST_SHUT = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one role through one profile, beside whether it can be used."""

    privileges: Privileges
    details: RoleDetails
    trusted: tuple[str, ...] = ()


Knowledge = Mapping[tuple[str | None, str | None], Known]
"""By role ARN and profile ARN; roles whose policies were not read are not there."""


def role_name(arn: str | None) -> str:
    """A role's name without its path, cut short."""
    return _short((arn or "a role without ARN").rpartition("/")[2])


def table_line(reach: Reach, known: Known | None, profiles: Mapping[str, str]) -> str:
    """One line of the table; ``profiles`` are names by ARN."""
    through = f"through profile {_short(profiles.get(reach.profile_arn, ''))}" if reach.profile_arn else "in no profile"
    head = f"{role_name(reach.role_arn)} {through}: {reach.verdict.value.replace('_', ' ')}, {why(reach)}"
    return "; ".join([head, *(known_words(known) if known else ())])


def known_words(known: Known) -> tuple[str, ...]:
    """What a role may do, when it was used last, and its tags."""
    words = [*privilege_words(known.privileges, unread=bool(known.details.unread))]
    if known.trusted:
        words.append(f"also trusts {accounts_in_words(known.trusted)}")
    if known.details.last_used_known:
        used = known.details.last_used
        words.append(f"last used {used:%Y-%m-%d}" if used else "not used in 400 days")
    words.extend(f"{key[:_MOST_TAG]}={value[:_MOST_TAG]}" for key, value in known.details.tags[:_MOST_NAMED])
    return tuple(words)


def privilege_words(found: Privileges, *, unread: bool = False) -> tuple[str, ...]:
    """What is dangerous about a role, the worst first; says so where policies could not be read."""
    words = []
    if found.administrator:
        words.append("administrator")
    elif found.escalations:
        words.append(f"can get more permissions ({_some(found.escalations)})")
    if found.credentials and not found.administrator:
        words.append(f"gets credentials or secrets ({_some(found.credentials)})")
    if found.other_accounts:
        words.append(f"may assume roles of {accounts_in_words(found.other_accounts)}")
    if found.under_conditions:
        words.append(f"conditions of its policies were not evaluated for: {', '.join(found.under_conditions)}")
    if unread:
        words.append("some of its policies could not be read")
    return tuple(words)


def accounts_in_words(accounts: Sequence[str]) -> str:
    """``any account``, or the account ids."""
    return "any account" if "*" in accounts else f"account {_some(accounts)}"


def facts_of(count: ReachCount, knowledge: Knowledge, profiles: Mapping[str, str]) -> dict[str, object]:
    """JSON values: how many roles, which, what shuts the others, and what the picture draws."""
    usable = roles_of(count.usable)
    administrators, escalating = dangerous(count.usable, knowledge)
    return {
        "usable": len(usable),
        "undetermined": len(roles_of(count.undetermined)),
        "one_profile_away": len(count.one_profile_away),
        "shut": [[shut_by(reason), number] for reason, number in count.shut_reasons.most_common()],
        "administrators": list(administrators[:MOST_ROLES]),
        "escalating": list(escalating[:MOST_ROLES]),
        "roles": list(usable[:MOST_ROLES]),
        "open_roles": list(roles_of(count.ways)[:MOST_ROLES]),
        "open_profiles": _profiles(count.ways, profiles)[:MOST_ROLES],
        "last_used": _last_used(count, knowledge),
        "graph": _graph(count, knowledge, profiles),
    }


def _last_used(count: ReachCount, knowledge: Knowledge) -> dict[str, str]:
    """The days on which roles were last used, by ARN, as IAM says; without those that it says nothing of."""
    known = {one.role_arn: knowledge.get((one.role_arn, one.profile_arn)) for one in count.ways[:MOST_ROLES]}
    used = {arn: one.details.last_used for arn, one in known.items() if arn and one is not None}
    return {arn: f"{at:%Y-%m-%d}" for arn, at in used.items() if at is not None}


def _profiles(ways: Sequence[Reach], names: Mapping[str, str]) -> list[dict[str, str]]:
    arns = dict.fromkeys(one.profile_arn for one in ways if one.profile_arn)
    return [{"arn": arn, "name": _short(names.get(arn, ""))} for arn in arns]


def dangerous(reaches: Iterable[Reach], knowledge: Knowledge) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The administrators among the roles of these lines, and those that can make themselves one by IAM alone."""
    administrators, escalating = [], []
    for one in reaches:
        known = knowledge.get((one.role_arn, one.profile_arn))
        if known is not None and known.privileges.administrator:
            administrators.append(one)
        elif known is not None and known.privileges.by_iam_alone:
            escalating.append(one)
    surely = roles_of(administrators)
    return surely, tuple(arn for arn in roles_of(escalating) if arn not in surely)


def _graph(count: ReachCount, knowledge: Knowledge, profiles: Mapping[str, str]) -> dict[str, object]:
    drawn: dict[str, dict[str, Any]] = {}
    for one in count.lines:
        known = knowledge.get((one.role_arn, one.profile_arn))
        word = _word(known)
        role = drawn.setdefault(
            one.role_arn or "", {"role": role_name(one.role_arn), "standing": _standing(one), "profiles": []}
        )
        role["word"] = max(word, role.get("word", ""), key=_WORDS.index)
        role["accounts"] = sorted({*role.get("accounts", ()), *(known.privileges.other_accounts if known else ())})[:5]
        if one.profile_arn and len(role["profiles"]) < MOST_ROLES:
            role["profiles"].append(_short(profiles.get(one.profile_arn, "")))
    roles = sorted(
        drawn.values(), key=lambda role: (_STANDINGS.index(role["standing"]), -_WORDS.index(role["word"]), role["role"])
    )
    rows = _with_few_shut(roles)
    left_out = sum(int(role.get("several", 1)) for role in rows[MOST_ROLES:])
    return {"roles": rows[:MOST_ROLES], "more": left_out}


def _with_few_shut(roles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each profile's many shut roles the first two, and how many more: what is open must not be lost among them."""
    shut: dict[str, list[dict[str, Any]]] = {}
    for role in roles:
        if role["standing"] == "shut":
            shut.setdefault((role["profiles"] or [""])[0], []).append(role)
    rows = [role for role in roles if role["standing"] != "shut"]
    for found in shut.values():
        if len(found) <= _MOST_SHUT:
            rows.extend(found)
        else:
            several = len(found) - _MOST_SHUT + 1
            rows.extend([*found[: _MOST_SHUT - 1], {**found[-1], "role": "", "word": "", "several": several}])
    return rows


_WORDS = ("", "escalation", "administrator")
_STANDINGS = ("usable", "undetermined", "one profile away", "shut")


def _word(known: Known | None) -> str:
    if known is None:
        return ""
    return "administrator" if known.privileges.administrator else "escalation" if known.privileges.escalations else ""


def _standing(reach: Reach) -> str:
    if reach.verdict is Verdict.NOT_USABLE:
        return "one profile away" if reach.one_profile_away else "shut"
    return reach.verdict.value


def _some(values: Sequence[str]) -> str:
    more = f" and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else ""
    return f"{', '.join(one[:_MOST_NAME] for one in values[:_MOST_NAMED])}{more}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_NAME else f"{text[: _MOST_NAME - 1]}…"

"""Reads the approval rules from a TOML file; every mistake names its place, and what nobody knows is refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from bot.adapters.house_text import house_text
from bot.domain.approval_rule import UNKNOWN, ApprovalRule, Scope, rule_mistakes
from bot.domain.errors import BadSettings
from bot.domain.house import Environment, House
from bot.domain.identity import ACCOUNT_ID
from bot.domain.ladder import Askable
from bot.domain.people import NOBODY, People
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms

T = TypeVar("T")

_ID = re.compile(r"[USW][A-Z0-9]{1,20}")
_LIST = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_REGION = re.compile(r"[a-z0-9-]{1,32}")
_ACTION = re.compile(r"[a-z0-9_]{1,60}")
_RULE = re.compile(r"[\w][\w .,:;()/'+-]{0,59}")
_WHERE = frozenset({"actions", "risks", "accounts", "regions", "environments"})
_WHO = frozenset({"approvals", "approvers", "at_least", "silent", "own_yes_counts"})
_HOW = frozenset({"reason_required", "expires_minutes", "reminder_minutes", "one_time_code"})
_KEYS = frozenset({"name"}) | _WHERE | _WHO | _HOW
_SECTIONS = ("people", "break_glass", "rule")
_RISKS = (Risk.REVERSIBLE, Risk.IRREVERSIBLE)
_MOST_APPROVALS = 5
_DAY_MINUTES = 1440
_MOST_REMINDERS = 10


def read_approvals(path: str, risks: Mapping[str, Risk], environments: Collection[str]) -> tuple[ApprovalRule, ...]:
    """Read the file, or the object in S3 (``s3://bucket/key``).

    Args:
        path: where it is.
        risks: the actions that there are, by id, with what they can do.
        environments: those of the accounts that the house file names.

    Raises:
        BadSettings: one line for each mistake, with its place in the file or the rule's name.
    """
    try:
        data = tomllib.loads(house_text(path))
    except ValueError as error:
        raise BadSettings((f"{path}: can't be read: {error}",)) from error
    reader = _Reader()
    rules = reader.rules(data)
    mistakes = reader.mistakes or rule_mistakes(rules, risks, {*environments, UNKNOWN, Environment.OTHER.value})
    if not mistakes and not rules:
        mistakes = ("has no [[rule]], so nobody could ask for anything",)
    if mistakes:
        raise BadSettings(tuple(f"{path}: {one}" for one in mistakes))
    return rules


def rules_in_force(
    path: str, otherwise: tuple[ApprovalRule, ...], actions: Mapping[str, Askable], house: House
) -> tuple[ApprovalRule, ...]:
    """The rules of the file, or without one (``path`` empty) the others. Raises as :func:`read_approvals`."""
    if not path:
        return otherwise
    environments = {one.environment.value for one in house.accounts}
    return read_approvals(path, {one.id: one.risk for one in actions.values()}, environments)


class _Wrong(ValueError):
    """A value is wrong, and why."""


@dataclass
class _Reader:
    mistakes: list[str] = field(default_factory=list)

    def rules(self, data: Mapping[str, Any]) -> tuple[ApprovalRule, ...]:
        self.mistakes.extend(f"there is no section [{name}]" for name in data if name not in _SECTIONS)
        lists = self._lists(data.get("people", {}))
        glass = self._glass(data.get("break_glass", {}), lists)
        entries = data.get("rule", [])
        if not isinstance(entries, list):
            self.mistakes.append("[rule] must be written as [[rule]]")
            return ()
        found = [self._rule(number, it, lists) for number, it in enumerate(entries, 1)]
        return tuple(replace(one, terms=replace(one.terms, break_glass=glass)) for one in found if one is not None)

    def _glass(self, table: object, lists: Mapping[str, People]) -> People:
        """Who may break the glass under every rule; nobody without the section."""
        if not isinstance(table, dict):
            self.mistakes.append("[break_glass] must be a table")
            return NOBODY
        self.mistakes.extend(f"[break_glass]: there is no key {name!r}" for name in table if name != "people")
        return self._take("[break_glass]", lambda: _people(table, "people", lists, "nobody") or NOBODY, NOBODY)

    def _lists(self, table: object) -> dict[str, People]:
        if not isinstance(table, dict):
            self.mistakes.append("[people] must be a table")
            return {}
        return {name: self._take(f"[people] {name}", partial(_list, name, ids), NOBODY) for name, ids in table.items()}

    def _rule(self, number: int, it: object, lists: Mapping[str, People]) -> ApprovalRule | None:
        named = isinstance(it, dict) and isinstance(it.get("name"), str)
        where = f"rule {number}" + (f" ({it['name']!r})" if named and isinstance(it, dict) else "")
        if not isinstance(it, dict):
            self.mistakes.append(f"{where}: must be a table")
            return None
        self.mistakes.extend(f"{where}: there is no key {name!r}" for name in it if name not in _KEYS)
        before = len(self.mistakes)
        rule = ApprovalRule(self._scope(where, it), self._terms(where, it, lists))
        return rule if len(self.mistakes) == before else None

    def _scope(self, where: str, it: Mapping[str, Any]) -> Scope:
        take = self._take
        environments = (*(one.value for one in Environment), UNKNOWN)
        return Scope(
            actions=take(where, lambda: _matching(it, "actions", _ACTION, "an action's id"), ()),
            risks=take(where, lambda: tuple(map(Risk, _among(it, "risks", [one.value for one in _RISKS]))), ()),
            accounts=take(where, lambda: _matching(it, "accounts", ACCOUNT_ID, "an account id of 12 digits"), ()),
            regions=take(where, lambda: _matching(it, "regions", _REGION, "a Region such as eu-central-1"), ()),
            environments=take(where, lambda: _among(it, "environments", environments), ()),
        )

    def _terms(self, where: str, it: Mapping[str, Any], lists: Mapping[str, People]) -> Terms:
        take, plain = self._take, Terms()
        return Terms(
            rule=take(where, lambda: _name(it), ""),
            needed=take(where, lambda: _number(it, "approvals", None, 0, _MOST_APPROVALS), 1),
            approvers=take(where, lambda: _people(it, "approvers", lists), None),
            shares=take(where, lambda: _shares(it, lists), ()),
            silent=take(where, lambda: _people(it, "silent", lists) or NOBODY, NOBODY),
            own_yes_counts=take(where, lambda: _switch(it, "own_yes_counts", otherwise=False), False),
            reason_required=take(where, lambda: _switch(it, "reason_required", otherwise=True), True),
            expires_minutes=take(
                where, lambda: _number(it, "expires_minutes", plain.expires_minutes, 1, _DAY_MINUTES), 30
            ),
            reminder_minutes=take(where, lambda: _reminders(it, plain), ()),
            one_time_code=take(where, lambda: _switch(it, "one_time_code", otherwise=False), False),
        )

    def _take(self, where: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except _Wrong as why:
            self.mistakes.append(f"{where}: {why}")
            return otherwise


def _name(it: Mapping[str, Any]) -> str:
    value = it.get("name")
    if not isinstance(value, str) or not _RULE.fullmatch(value):
        raise _Wrong("name must be 1 to 60 letters, digits, spaces and simple signs")
    return value


def _texts(it: Mapping[str, Any], name: str, without: str = "all") -> tuple[str, ...]:
    value = it.get(name, [])
    if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise _Wrong(f"{name} must be a list of texts")
    if name in it and not value:
        raise _Wrong(f"{name} is empty; leave it out to mean {without}")
    return tuple(value)


def _matching(it: Mapping[str, Any], name: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    found = _texts(it, name)
    wrong = next((one for one in found if not pattern.fullmatch(one)), None)
    if wrong is not None:
        raise _Wrong(f"{name}: {wrong!r} is not {what}")
    return found


def _among(it: Mapping[str, Any], name: str, known: Collection[str]) -> tuple[str, ...]:
    found = _texts(it, name)
    if any(one not in known for one in found):
        raise _Wrong(f"{name} must be among {', '.join(known)}")
    return found


def _number(it: Mapping[str, Any], name: str, otherwise: int | None, low: int, high: int) -> int:
    value = it.get(name, otherwise)
    if value is None:
        raise _Wrong(f"{name} is missing")
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _Wrong(f"{name} must be a whole number from {low} to {high}")
    return value


def _switch(it: Mapping[str, Any], name: str, *, otherwise: bool) -> bool:
    value = it.get(name, otherwise)
    if not isinstance(value, bool):
        raise _Wrong(f"{name} must be true or false")
    return value


def _reminders(it: Mapping[str, Any], plain: Terms) -> tuple[int, ...]:
    """When to remind; without the key the usual minutes, as far as they lie before the request expires."""
    name, value = "reminder_minutes", it.get("reminder_minutes")
    if value is None:
        expires = it.get("expires_minutes", plain.expires_minutes)
        return tuple(one for one in plain.reminder_minutes if isinstance(expires, int) and one < expires)
    if not isinstance(value, list) or len(value) > _MOST_REMINDERS:
        raise _Wrong(f"{name} must be a list of at most {_MOST_REMINDERS} minutes; an empty one means none")
    return tuple(_number({name: one}, name, None, 1, _DAY_MINUTES) for one in value)


def _list(name: str, ids: object) -> People:
    if not _LIST.fullmatch(name):
        raise _Wrong("a list's name is small letters, digits, _ and -")
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) and _ID.fullmatch(one) for one in ids):
        raise _Wrong("must be a list of user ids (U…, W…) and user group ids (S…)")
    return People.parse(ids, name)


def _people(it: Mapping[str, Any], key: str, lists: Mapping[str, People], without: str = "all") -> People | None:
    """The people of a key, from names of lists and from ids; None without the key."""
    words = _texts(it, key, without)
    if key not in it:
        return None
    found = [_one(word, lists, key) for word in words]
    ids = [one for people in found for one in (*people.groups, *people.users)]
    return People.parse(ids, ", ".join(dict.fromkeys(people.name for people in found)))


def _one(word: str, lists: Mapping[str, People], key: str) -> People:
    if word in lists:
        return lists[word]
    if _ID.fullmatch(word):
        return People.parse([word], word)
    raise _Wrong(f"{key}: {word!r} is neither a list of [people] nor a user id (U…) or user group id (S…)")


def _shares(it: Mapping[str, Any], lists: Mapping[str, People]) -> tuple[Share, ...]:
    table = it.get("at_least", {})
    if not isinstance(table, dict):
        raise _Wrong("at_least must be a table such as { security = 1 }")
    missing = next((name for name in table if name not in lists), None)
    if missing is not None:
        raise _Wrong(f"at_least: {missing!r} is no list of [people]")
    return tuple(Share(_number(table, name, None, 1, _MOST_APPROVALS), lists[name]) for name in table)

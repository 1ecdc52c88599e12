"""Recompute the hash chains of an export or of the whole log, and name the first entry that does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from bot.domain.audit import Entry, Head, check_link
from bot.domain.errors import LogDamaged
from bot.domain.identity import CaseId
from bot.domain.plain import to_plain
from bot.ports import CaseLog
from bot.service.audit_export import export_line

_FIELDS = {
    "case": str,
    "seq": int,
    "at": str,
    "kind": str,
    "by": str,
    "data": dict,
    "prev_hash": str,
    "hash": str,
    "of": int,
}


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry that does not hold.

    ``case_id`` and ``seq`` are None where the line can't be read; ``line`` counts from 1 and is None for a log.
    """

    case_id: CaseId | None
    seq: int | None
    line: int | None
    why: str


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """How many ``entries`` of how many ``cases`` hold, up to the first ``bad`` one."""

    cases: int
    entries: int
    bad: BadEntry | None = None

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return self.bad is None

    def sentence(self) -> str:
        """The result in one plain sentence."""
        if self.bad is None:
            cases = "1 case" if self.cases == 1 else f"{self.cases} cases"
            return f"The chain holds: {self.entries} entries of {cases}."
        place = (("line", self.bad.line), ("case", self.bad.case_id), ("entry", self.bad.seq))
        where = ", ".join(f"{name} {value}" for name, value in place if value is not None)
        return f"The chain does not hold: {where or 'the file'}: {self.bad.why}. {self.entries} entries before it hold."


@dataclass(frozen=True, slots=True)
class _Seen:
    """A case of the file so far: where its chain ends, how long it should get, and its last line."""

    head: Head
    of: int
    line: int


class _UnreadableLineError(Exception):
    """A line is not an entry of an export."""


def verify_file(lines: Iterable[str | bytes]) -> VerifyResult:
    r"""Verify an export: any number of cases, in any interleaving, each from its first entry and in order.

    ``lines`` end with ``\n`` or nothing; a file opened with ``"rb"`` is right, since it is cut at ``\n`` only.
    Memory is bounded by the number of cases, not of entries. Every changed, dropped, repeated or moved line is
    found. A file whose lines were all written anew by another JSON program is judged by its values; a single line
    that differs from the exported text, be it by a space, is reported.

    Lines missing at the end are found through ``of``, which no hash covers: this finds a file that was cut, not one
    whose ``of`` was rewritten as well. Nor can any file prove that a holder has not computed the whole chain anew,
    or left a whole case out: only a head kept elsewhere (a hash in Slack, a copy in another account) can.
    """
    try:
        return _FileCheck().run(lines)
    except _FirstBadError as first:
        return first.result


async def verify_log(log: CaseLog) -> VerifyResult:
    """Verify all cases of a log, also while it grows, against the heads that the log keeps.

    A log that was cut is found by its heads. One who can write to the store could compute chains and heads anew,
    or take out a whole case: only a head kept elsewhere can show that.

    Raises:
        StoreUnavailable: the log can't be read now.
    """
    cases = entries = 0
    async for case_id in log.case_ids():
        try:
            entries += await _verify_case(log, case_id)
        except LogDamaged as damage:
            return VerifyResult(cases, entries, BadEntry(case_id, damage.seq, None, damage.why))
        cases += 1
    return VerifyResult(cases, entries)


async def _verify_case(log: CaseLog, case_id: CaseId) -> int:
    """Check a case between two readings of its head, because it may grow meanwhile."""
    before = await log.head(case_id)
    found = await log.read(case_id)
    after = await log.head(case_id)
    at_head = Head()
    for entry in found:
        at_head = check_link(entry, at_head)
        if entry.seq == before.seq and entry.hash != before.hash:
            raise LogDamaged(case_id, entry.seq, "is not the entry that the log keeps as the head")
    if not found and after == Head():
        raise LogDamaged(case_id, 1, "the log lists the case, but has no entries of it")
    if not before.seq <= at_head.seq <= after.seq:
        why = f"the log keeps entry {after.seq} as the last one, but ends at entry {at_head.seq}"
        raise LogDamaged(case_id, min(at_head.seq, after.seq) + 1, why)
    return len(found)


class _FirstBadError(Exception):
    """Ends the check of a file."""

    def __init__(self, result: VerifyResult) -> None:
        super().__init__(result.sentence())
        self.result = result


class _FileCheck:
    """The check of one file, line by line."""

    def __init__(self) -> None:
        self._seen: dict[CaseId, _Seen] = {}
        self._entries = 0
        self._as_exported = False
        self._rewritten: BadEntry | None = None

    def run(self, lines: Iterable[str | bytes]) -> VerifyResult:
        for number, line in enumerate(lines, start=1):
            self._take(number, line)
        if not self._seen:
            self._stop(BadEntry(None, None, None, "there are no entries"))
        for case_id, seen in self._seen.items():
            if seen.head.seq != seen.of:
                why = f"the export had {seen.of} entries, but here the case ends at entry {seen.head.seq}"
                self._stop(BadEntry(case_id, seen.head.seq + 1, seen.line, why))
        return VerifyResult(len(self._seen), self._entries)

    def _take(self, number: int, line: str | bytes) -> None:
        try:
            text, entry, of = _read_line(line)
        except _UnreadableLineError as error:
            self._stop(BadEntry(None, None, number, str(error)))
        seen = self._seen.get(entry.case_id, _Seen(Head(), of, number))
        try:
            head = check_link(entry, seen.head)
        except LogDamaged as damage:
            self._stop(BadEntry(entry.case_id, damage.seq, number, damage.why))
        if of != seen.of or entry.seq > of:
            why = f'"of" is {of}, but the export had {seen.of} entries'
            self._stop(BadEntry(entry.case_id, entry.seq, number, why))
        self._compare_text(number, text, entry, of)
        self._seen[entry.case_id] = _Seen(head, of, number)
        self._entries += 1

    def _compare_text(self, number: int, text: str, entry: Entry, of: int) -> None:
        if text == export_line(entry, of):
            self._as_exported = True
        elif self._rewritten is None:
            why = "the values hold, but the line is not written as it was exported"
            self._rewritten = BadEntry(entry.case_id, entry.seq, number, why)
        if self._as_exported and self._rewritten is not None:
            self._stop(self._rewritten)

    def _stop(self, bad: BadEntry) -> NoReturn:
        raise _FirstBadError(VerifyResult(len(self._seen), self._entries, bad))


def _read_line(line: str | bytes) -> tuple[str, Entry, int]:
    try:
        text = (line if isinstance(line, str) else line.decode()).removesuffix("\n")
        fields = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_such_number)
        entry, of = _entry(fields)
        export_line(entry, of)
    except (ValueError, OverflowError, RecursionError) as error:
        raise _UnreadableLineError(f"the line can't be read: {error}") from error
    return text, entry, of


def _entry(fields: object) -> tuple[Entry, int]:
    if not isinstance(fields, dict) or fields.keys() != _FIELDS.keys():
        raise ValueError(f"it is not an object with exactly the fields {', '.join(_FIELDS)}")
    wrong = [name for name, kind in _FIELDS.items() if type(fields[name]) is not kind]
    if wrong:
        raise ValueError(f'"{wrong[0]}" is not of the right type')
    at = datetime.fromisoformat(fields["at"])
    if to_plain(at) != fields["at"]:
        raise ValueError('"at" is not a time in UTC as the log writes it')
    entry = Entry(
        fields["case"],
        fields["seq"],
        at,
        fields["kind"],
        fields["by"],
        fields["data"],
        fields["prev_hash"],
        fields["hash"],
    )
    return entry, fields["of"]


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Readers differ in which of the two they show, so the hash would not say what was seen.
        raise ValueError("a field stands there twice")
    return fields


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(f"JSON has no number {text}")

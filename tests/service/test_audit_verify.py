"""Any change of an export is found."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit import Draft, Head, link
from bot.service.audit_export import export_line
from bot.service.audit_verify import BadEntry, VerifyResult, verify_file
from tests.fakes.chains import CASE, NOON, OTHER, piece

ODD_TEXT = 'é 😀 \x1b \ud800 <!channel> \u202e "\\'


@lru_cache(maxsize=1)
def export() -> tuple[str, ...]:
    """Three hundred lines of three cases, taking turns."""
    cases = [_case_lines(case_id, count) for case_id, count in ((CASE, 150), (OTHER, 100), ("OPS-2026-11-22", 50))]
    return tuple(line for turn in zip_longest(*cases) for line in turn if line is not None)


def _case_lines(case_id: str, count: int) -> list[str]:
    drafts = [Draft("case:reopened", "slack:U1", {"n": n, "f": n / 7, "text": ODD_TEXT}) for n in range(count)]
    return [export_line(entry, count) for entry in link(case_id, Head(), NOON, drafts)]


def small() -> list[str]:
    """Four lines of one case."""
    return _case_lines(CASE, 4)


def changed(line: str, **fields: Any) -> str:
    """A line with other values, in the form of an export."""
    return json.dumps({**json.loads(line), **fields}, sort_keys=True, separators=(",", ":"))


def bad(result: VerifyResult) -> BadEntry:
    """What is wrong."""
    assert result.bad is not None
    assert not result.ok
    return result.bad


INDEX = st.integers(0, 299)


class TestWholeFile:
    """What holds."""

    def test_as_exported(self) -> None:
        """Several cases in any interleaving hold, as text or as bytes, with or without line ends."""
        lines = export()
        whole = VerifyResult(cases=3, entries=300)

        assert verify_file(lines) == whole
        assert verify_file([f"{line}\n" for line in lines]) == whole
        assert verify_file([f"{line}\n".encode() for line in lines]) == whole
        assert verify_file(sorted(lines, key=lambda line: json.loads(line)["case"])) == whole
        assert whole.sentence() == "The chain holds: 300 entries of 3 cases."

    def test_written_anew_by_another_program(self) -> None:
        """A file whose lines were all written anew, with other spaces, order and escapes, is judged by its values."""
        assert verify_file([json.dumps(json.loads(line)) for line in export()]).ok
        plain = [json.dumps(entry.line() | {"of": 3}, ensure_ascii=False, indent=None) for entry in piece(CASE, 3)]
        assert verify_file(plain).ok

    def test_lines_are_not_collected(self) -> None:
        """The lines are taken one by one: the first bad one ends the reading."""
        taken = 0

        def lines() -> Any:
            nonlocal taken
            for line in ("{}", *export()):
                taken += 1
                yield line

        assert bad(verify_file(lines())).line == 1
        assert taken == 1


class TestChangedFile:
    """What does not hold, all of it."""

    def test_every_byte(self) -> None:
        """Flipping any one bit of a small export, its line ends included, is found: each of the 11,704 ways."""
        whole = "".join(f"{line}\n" for line in small()).encode()
        missed = []
        for place in range(len(whole)):
            for bit in range(8):
                flipped = bytearray(whole)
                flipped[place] ^= 1 << bit
                if verify_file(io.BytesIO(flipped)).ok:
                    missed.append((place, bit))

        assert missed == []

    @settings(deadline=None)
    @given(index=INDEX, data=st.data())
    def test_any_byte_of_hundreds_of_lines(self, index: int, data: st.DataObject) -> None:
        """Any one byte of any line set to any other value is found, at that line or where it shows first."""
        lines = [line.encode() for line in export()]
        place = data.draw(st.integers(0, len(lines[index]) - 1))
        value = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (lines[index][place], 10)))
        lines[index] = lines[index][:place] + bytes([value]) + lines[index][place + 1 :]

        assert bad(verify_file(lines)).line is not None

    @settings(deadline=None)
    @given(index=INDEX)
    def test_any_line_dropped(self, index: int) -> None:
        """Dropping any line is found, the last of a case included, and the gap is named."""
        lines = list(export())
        dropped = json.loads(lines.pop(index))

        found = bad(verify_file(lines))

        assert (found.case_id, found.seq) == (dropped["case"], dropped["seq"])

    @settings(deadline=None)
    @given(index=INDEX, to=INDEX)
    def test_any_line_repeated(self, index: int, to: int) -> None:
        """A line that stands there a second time, anywhere, is found."""
        lines = list(export())
        lines.insert(to, lines[index])

        assert bad(verify_file(lines)).case_id == json.loads(lines[to])["case"]

    @settings(deadline=None)
    @given(index=INDEX, other=INDEX)
    def test_any_two_lines_swapped(self, index: int, other: int) -> None:
        """Two lines of one case that changed places are found; of two cases, just when they moved within theirs."""
        lines = list(export())
        lines[index], lines[other] = lines[other], lines[index]
        orders: dict[str, list[int]] = {}
        for line in lines:
            fields = json.loads(line)
            orders.setdefault(fields["case"], []).append(fields["seq"])
        in_order = all(seqs == sorted(seqs) for seqs in orders.values())

        assert verify_file(lines).ok == in_order
        assert not in_order or index == other or json.loads(lines[index])["case"] != json.loads(lines[other])["case"]

    @settings(deadline=None)
    @given(index=INDEX, data=st.data())
    def test_any_line_cut(self, index: int, data: st.DataObject) -> None:
        """A line that ends early is found, and its number is named."""
        lines = list(export())
        lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index]) - 1))]

        assert bad(verify_file(lines)).line == index + 1

    @settings(deadline=None)
    @given(count=st.integers(0, 299))
    def test_any_cut_of_the_file(self, count: int) -> None:
        """A file that ends early after any line is found."""
        assert not verify_file(export()[:count]).ok

    def test_other_lines_between(self) -> None:
        """A foreign line between the others, an empty one included, is found at its place."""
        lines = small()
        for foreign in ("", " ", "null", "[]", "{}", "\ufeff", "x"):
            assert bad(verify_file([*lines[:2], foreign, *lines[2:]])).line == 3

    def test_file_of_nothing(self) -> None:
        """An empty file proves nothing, so it does not pass."""
        result = verify_file([])

        assert bad(result) == BadEntry(None, None, None, "there are no entries")
        assert result.sentence() == "The chain does not hold: the file: there are no entries. 0 entries before it hold."

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"by": "slack:U666"}, "was changed after it was written"),
            ({"prev_hash": "0" * 64}, "does not follow from the entry before it"),
            ({"seq": 3}, "entry 2 should stand here, but entry 3 does"),
            ({"of": 5}, '"of" is 5, but the export had 4 entries'),
            ({"of": 4.0}, '"of" is not of the right type'),
            ({"seq": True}, '"seq" is not of the right type'),
            ({"note": "hello"}, "exactly the fields"),
            ({"at": "2026-11-22 12:00:00+00:00"}, "not a time in UTC"),
            ({"at": "2026-11-22T12:00:00"}, "not a time in UTC"),
            ({"at": "2026-11-22T13:00:00+01:00"}, "not a time in UTC"),
            ({"at": "0001-01-01T00:00:00+14:00"}, "can't be read"),
            ({"at": "noon"}, "can't be read"),
        ],
    )
    def test_says_what_is_wrong(self, fields: dict[str, Any], why: str) -> None:
        """The result names the line and says in plain words what is wrong with it."""
        lines = small()
        lines[1] = changed(lines[1], **fields)

        result = verify_file(lines)

        assert (bad(result).line, result.entries) == (2, 1)
        assert why in bad(result).why
        assert "line 2" in result.sentence()

    @pytest.mark.parametrize(
        "line",
        [
            "[" * 100_000,
            '{"case":' * 900 + "1" + "}" * 900,
            '{"seq": ' + "9" * 5000 + "}",
            '{"seq":1,"seq":1}',
            '{"f":NaN}',
            b"\xff\xfe",
        ],
        ids=["deep list", "deep object", "long number", "twice", "nan", "not utf-8"],
    )
    def test_hostile_lines(self, line: str | bytes) -> None:
        """Lines made to break a reader are bad lines and nothing worse."""
        found = bad(verify_file([small()[0], line]))

        assert (found.line, found.case_id) == (2, None)
        assert found.why.startswith("the line can't be read")

    def test_field_said_twice(self) -> None:
        """A second value for a field, which some readers would show, is found though the last one holds."""
        anew = [json.dumps(json.loads(line)) for line in small()]
        anew[2] = anew[2].replace('"by"', '"by": "slack:U666", "by"')

        assert "twice" in bad(verify_file(anew)).why

    def test_one_line_written_otherwise(self) -> None:
        """One line with other spaces among lines as exported is named, wherever it stands."""
        for index in range(4):
            lines = small()
            lines[index] = json.dumps(json.loads(lines[index]))

            assert (bad(verify_file(lines)).line, bad(verify_file(lines)).seq) == (index + 1, index + 1)

    def test_known_limit_everything_written_anew(self) -> None:
        """What no file can prove: a holder who computes the chain and ``of`` anew is not found."""
        forged = [Draft("case:reopened", "slack:U666", {"n": n}) for n in range(3)]

        assert verify_file([export_line(entry, 3) for entry in link(CASE, Head(), NOON, forged)]).ok

    def test_known_limit_end_dropped_and_of_changed(self) -> None:
        """What ``of`` can't prove: a holder who drops the end and changes ``of`` in each line is not found."""
        assert verify_file([changed(line, of=3) for line in small()[:3]]).ok

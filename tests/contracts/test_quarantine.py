"""The contract of ``Quarantine``, over the fake and over each real store."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import BadInput
from bot.ports import Quarantined
from tests.fakes.chains import NOON
from tests.fakes.stores import QUARANTINES, OpenQuarantine

NOT_JSON = BadInput("not_json", "the body is not JSON", "line 1")


@pytest.fixture(params=list(QUARANTINES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenQuarantine:
    """Opens the quarantine under test; a second use is its next life."""
    return QUARANTINES[request.param](tmp_path)


class TestQuarantine:
    """What every quarantine promises."""

    async def test_keeps_bytes_and_reason(self, opened: OpenQuarantine) -> None:
        """Any bytes come back as they came in, with the reason, the place and the time, also after a restart."""
        body = bytes(range(256)) * 3
        async with opened() as quarantine:
            quarantine_id = await quarantine.keep(body, NOT_JSON, "sqs", NOON)
        async with opened() as quarantine:
            kept = await quarantine.quarantined()

        assert (Quarantined(quarantine_id, NOON, "sqs", "not_json", "the body is not JSON", "line 1", body),) == kept

    async def test_same_message_keeps_its_first_id(self, opened: OpenQuarantine) -> None:
        """The same body from the same place is kept once, as it was first, however often and at once it comes."""
        other = BadInput("too_deep", "the body is nested too deeply")
        async with opened() as quarantine:
            first = await quarantine.keep(b"{", NOT_JSON, "sqs", NOON)
            later = NOON + timedelta(hours=1)
            again = await asyncio.gather(*(quarantine.keep(b"{", other, "sqs", later) for _ in range(8)))
            kept = await quarantine.quarantined()

        assert {first} == set(again)
        assert [(first, NOON, "not_json")] == [(one.quarantine_id, one.at, one.code) for one in kept]

    async def test_other_body_or_place_is_another_message(self, opened: OpenQuarantine) -> None:
        """Another body, or the same from another place, is kept beside it, oldest first."""
        async with opened() as quarantine:
            ids = [
                await quarantine.keep(body, NOT_JSON, where, NOON)
                for body, where in ((b"b", "sqs"), (b"a", "sqs"), (b"b", "webhook"), (b"", "sqs"))
            ]
            kept = await quarantine.quarantined()

        assert len(set(ids)) == 4
        assert ids == [one.quarantine_id for one in kept]

    async def test_keeps_a_reason_that_is_no_utf8(self, opened: OpenQuarantine) -> None:
        """A reason that quotes half a surrogate pair, a zero or an emoji does not stop the keeping."""
        async with opened() as quarantine:
            await quarantine.keep(b"x", BadInput("odd", "\ud800 \x00 😀", "a.\udfff"), "s\udc80qs", NOON)
            (kept,) = await quarantine.quarantined()

        assert (kept.message, kept.position, kept.where) == ("\\ud800 \x00 😀", "a.\\udfff", "s\\udc80qs")

    async def test_empty(self, opened: OpenQuarantine) -> None:
        """Nothing kept, nothing listed."""
        async with opened() as quarantine:
            assert await quarantine.quarantined() == ()

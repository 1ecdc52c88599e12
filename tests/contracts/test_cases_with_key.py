"""The contract of ``CaseLog.cases_with_key``, over the fake and over each real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.audit import Draft, Entry, Head, link
from bot.domain.errors import LogConflict
from tests.fakes.chains import NOON, head_of, piece
from tests.fakes.stores import CASE_LOGS

pytestmark = pytest.mark.parametrize("store", CASE_LOGS)


def detected(case_id: str, *keys: str, behind: Head | None = None) -> tuple[Entry, ...]:
    """A detection of a CA whose certificates have these public keys."""
    data = {"detection": {"event_id": "e", "anchor": {}}, "ca": {"certificates": [{"spki_sha256": k} for k in keys]}}
    return link(case_id, behind or Head(), NOON, [Draft("detection:received", "anchorwatch", data)])


class TestCasesWithKey:
    """Which cases have seen a public key."""

    async def test_every_case_of_each_key(self, store: str, tmp_path: Path) -> None:
        """Each key has its own cases, in the order in which they had it, also after a restart."""
        open_log = CASE_LOGS[store](tmp_path)
        log = await open_log()
        for case_id, keys in (("AW-2", ("k1", "k2")), ("AW-1", ("k1",)), ("AW-3", ())):
            await log.append(detected(case_id, *keys), wake_at=None)
        await log.append(piece("AW-4", 2), wake_at=None)
        await log.append(detected("AW-4", "k2", behind=head_of(piece("AW-4", 2))), wake_at=None)
        await log.close()

        log = await open_log()
        assert await log.cases_with_key(["k1"], 9) == {"k1": ("AW-2", "AW-1")}
        assert await log.cases_with_key(["k2", "k1", "k0", "k2"], 9) == {"k2": ("AW-2", "AW-4"), "k1": ("AW-2", "AW-1")}
        assert await log.cases_with_key([], 9) == {}
        assert await log.cases_with_key(["k' OR 1", '"]', "\x00"], 9) == {}
        await log.close()

    async def test_a_case_counts_once(self, store: str, tmp_path: Path) -> None:
        """Further detections with the same CA, and doubles in one bundle, change neither number nor order."""
        log = await CASE_LOGS[store](tmp_path)()
        first = detected("AW-1", "k1", "k1")
        await log.append(first, wake_at=None)
        await log.append(detected("AW-2", "k1"), wake_at=None)
        await log.append(detected("AW-1", "k1", "k3", behind=head_of(first)), wake_at=None)
        assert await log.cases_with_key(["k1", "k3"], 9) == {"k1": ("AW-1", "AW-2"), "k3": ("AW-1",)}
        await log.close()

    async def test_at_most_so_many_of_each_key(self, store: str, tmp_path: Path) -> None:
        """A key that very many have hides no other key, and the first cases are the ones that are named."""
        log = await CASE_LOGS[store](tmp_path)()
        for number in range(5):
            await log.append(detected(f"AW-{number}", "common"), wake_at=None)
        await log.append(detected("AW-9", "rare"), wake_at=None)
        found = await log.cases_with_key(["common", "rare"], 2)
        assert found == {"common": ("AW-0", "AW-1"), "rare": ("AW-9",)}
        assert await log.cases_with_key(["common"], 0) == {}
        await log.close()

    async def test_what_was_not_stored_is_not_found(self, store: str, tmp_path: Path) -> None:
        """An append that lost the race leaves no key behind."""
        log = await CASE_LOGS[store](tmp_path)()
        await log.append(detected("AW-1", "k1"), wake_at=None)
        with pytest.raises(LogConflict):
            await log.append(detected("AW-1", "k2"), wake_at=None)
        assert await log.cases_with_key(["k1", "k2"], 9) == {"k1": ("AW-1",)}
        await log.close()

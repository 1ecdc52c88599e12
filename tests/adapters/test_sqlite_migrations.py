"""Files that an earlier version wrote: brought up to date when they are opened, and searched by index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.adapters.sqlite_log import ALERTS_OF_RUN, CASES_OF, CASES_WITH_KEY, SqliteLog
from bot.adapters.sqlite_schema import _VERSIONS
from tests.fakes.chains import CASE, OTHER
from tests.fakes.sqlite_hands import other_program


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log of this test is."""
    return tmp_path / "cases.db"


def _made_by(path: Path, version: int, *detections: tuple[str, object]) -> None:
    """Write a file as ``version`` of the schema wrote it, with these detections (case and data) in this order."""
    with other_program(path) as connection:
        connection.execute("PRAGMA application_id = 0x414E4348")
        for number, script in enumerate(_VERSIONS[:version], start=1):
            connection.executescript(f"{script} PRAGMA user_version = {number};")
        for seq, (case_id, data) in enumerate(detections, start=1):
            text = data if isinstance(data, str) else json.dumps(data)
            connection.execute("INSERT OR IGNORE INTO cases VALUES (?, 1, '', NULL)", (case_id,))
            connection.execute(
                "INSERT INTO entries VALUES (?, ?, '2026-11-22T12:00:00+00:00', 'detection:received', '', ?, '', '')",
                (case_id, seq, text),
            )


def _plan(path: Path, query: str, *given: object) -> list[str]:
    with other_program(path) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {query}", given).fetchall()
    return [str(step[-1]) for step in steps]


def _ca(*keys: object) -> object:
    return {"ca": {"certificates": [{"spki_sha256": key} for key in keys]}}


async def test_detections_of_an_older_file_are_found(path: Path) -> None:
    """Detections of a file of schema 1 are found by their event, by an index and not by reading all."""
    _made_by(path, 1, (CASE, {"detection": {"event_id": "e1", "anchor": {"anchor_id": None}}}))
    log = SqliteLog.open(path)
    assert await log.cases_of("e1", None) == (CASE,)
    await log.close()
    used = " ".join(_plan(path, CASES_OF, "e1", "a1"))
    assert "detections_by_event_id" in used
    assert "detections_by_anchor_id" in used
    assert "SCAN entries" not in used


async def test_keys_of_an_older_file_are_found(path: Path) -> None:
    """A file of schema 2 learns every CA key that it holds, in the order of its entries, and passes over junk."""
    bad = ([7, "k1", None], "k9", {"a": "k9"})
    junk = (*({"ca": {"certificates": one}} for one in bad), {"ca": None}, _ca(None), "no JSON")
    _made_by(path, 2, (OTHER, _ca("k1")), (CASE, _ca("k1", "k2")), (CASE, _ca("k1")), *((CASE, one) for one in junk))
    log = SqliteLog.open(path)
    assert await log.cases_with_key(["k1", "k2", "7", "k9"], 9) == {"k1": (OTHER, CASE), "k2": (CASE,)}
    await log.close()
    with other_program(path) as connection:
        assert connection.execute("SELECT count(*) FROM ca_keys").fetchone() == (3,)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(_VERSIONS),)


async def test_junk_that_is_written_later_has_no_key(path: Path) -> None:
    """What somebody writes into the file by hand, and is no detection of ours, does not stop the writing."""
    _made_by(path, 3, (CASE, "no JSON"), (CASE, {"ca": {"certificates": ["k1"]}}), (CASE, _ca("k1")))
    log = SqliteLog.open(path)
    assert await log.cases_with_key(["k1"], 9) == {"k1": (CASE,)}
    await log.close()


async def test_keys_are_found_by_an_index_in_the_order_of_age(path: Path) -> None:
    """However many cases have a key, only the first ones are read, and the key's cases are not sorted to find them."""
    _made_by(path, 3)
    steps = _plan(path, CASES_WITH_KEY, '["k1"]', 2)
    assert "SEARCH seen USING COVERING INDEX ca_keys_by_age (spki_sha256=?)" in steps
    assert "SEARCH ca_keys USING INTEGER PRIMARY KEY (rowid=?)" in steps
    assert sum("TEMP B-TREE" in step for step in steps) == 1


async def test_alerts_of_a_run_are_counted_by_an_index(path: Path) -> None:
    """A file of schema 6 counts the events of a run, each once, without reading all; junk does not count."""

    def told(event_id: str, alert: object) -> object:
        return {"detection": {"event_id": event_id, "alert": alert}}

    one, other = {"run_id": "r1"}, {"run_id": "r2"}
    rows = (told("e1", one), told("e1", one), told("e2", one), told("e3", other), told("e4", None), "no JSON")
    _made_by(path, 6, *((CASE, row) for row in rows))
    log = SqliteLog.open(path)
    assert [await log.alerts_of_run(run_id) for run_id in ("r1", "r2", "r3")] == [2, 1, 0]
    await log.close()
    used = " ".join(_plan(path, ALERTS_OF_RUN, "r1"))
    assert "detections_by_run_id" in used
    assert "heard_by_run_id" in used
    assert "SCAN entries" not in used

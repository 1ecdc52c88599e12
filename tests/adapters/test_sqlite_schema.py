"""The case log's address, and which files it opens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_schema import sqlite_path
from bot.domain.errors import BadInput, StoreUnavailable
from bot.service.audit_verify import verify_log
from tests.fakes.chains import CASE, NOON, OTHER, piece
from tests.fakes.sqlite_hands import other_program, start_script


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log of this test is."""
    return tmp_path / "cases.db"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[SqliteLog]:
    """An open log."""
    opened = SqliteLog.open(path)
    yield opened
    await opened.close()


class TestAddress:
    """``ANCHORWATCH_STORE``."""

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("sqlite:///cases.db", "cases.db"),
            ("sqlite:///data/cases.db", "data/cases.db"),
            ("sqlite:////var/lib/anchorwatch/cases.db", "/var/lib/anchorwatch/cases.db"),
            ("sqlite:///with space & ü%20#.db", "with space & ü%20#.db"),
        ],
    )
    def test_good(self, url: str, expected: str) -> None:
        """Three slashes are relative, four are absolute, and the name is taken as it is."""
        assert sqlite_path(url) == Path(expected)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "cases.db",
            "sqlite:",
            "sqlite://cases.db",
            "sqlite:///",
            "sqlite:///folder/",
            "sqlite:///:memory:",
            "sqlite:///cases.db?mode=ro",
            "sqlite:///a\x00b.db",
            "sqlite:///a\nb.db",
            "postgres:///cases.db",
            "SQLITE:///cases.db",
        ],
    )
    def test_bad(self, url: str) -> None:
        """Anything else is refused and names the setting."""
        with pytest.raises(BadInput) as caught:
            sqlite_path(url)

        assert (caught.value.code, caught.value.at) == ("store_url", "ANCHORWATCH_STORE")


class TestOpening:
    """What is made, and what is refused in one sentence."""

    async def test_makes_a_durable_file_for_its_owner_only(self, tmp_path: Path) -> None:
        """The file and its folder are made; it is in WAL mode with strict tables, and nobody else can read it."""
        path = tmp_path / "new folder" / "ü?#%20.db"
        log = SqliteLog.open(path)
        await log.append(piece(CASE, 1), wake_at=None)

        with other_program(path) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite%'")
            names = ["ca_keys", "cases", "code_uses", "entries", "quarantine", "search_pages", "target_claims"]
            assert sorted(tables) == [(name, 1) for name in names]
        assert [file.stat().st_mode & 0o077 for file in path.parent.iterdir()] == [0, 0, 0, 0]
        assert log.exclusive
        await log.close()

    async def test_durability_settings_of_the_writer(self, log: SqliteLog) -> None:
        """The writing connection waits for the disk at each commit (2 is FULL) and checks foreign keys."""
        names = ("synchronous", "foreign_keys", "busy_timeout")

        found = await log.file.write(
            lambda connection: [connection.execute(f"PRAGMA {n}").fetchone()[0] for n in names]
        )

        assert found == [2, 1, 2000]

    async def test_second_opening_is_refused(self, log: SqliteLog, path: Path) -> None:
        """A log that is open is refused to a second writer, with who holds it, also under another name."""
        link_to_it = path.with_name("other-name.db")
        link_to_it.symlink_to(path)
        for name in (path, link_to_it):
            with pytest.raises(StoreUnavailable, match=rf"cases\.db is in use by another process \({os.getpid()}\)$"):
                SqliteLog.open(name)

        await log.append(piece(CASE, 1), wake_at=None)

    async def test_lock_goes_with_its_process(self, path: Path) -> None:
        """The log of a process that was killed can be opened at once."""
        with start_script("append_until_killed.py", path) as child:
            assert child.stdout is not None
            child.stdout.readline()
            with pytest.raises(StoreUnavailable, match=rf"in use by another process \({child.pid}\)"):
                SqliteLog.open(path)
            child.kill()

        await SqliteLog.open(path).close()

    async def test_audit_reads_while_the_bot_runs(self, log: SqliteLog, path: Path) -> None:
        """A read-only log sees each confirmed append of the running one, and can't write."""
        await log.append(piece(CASE, 2), wake_at=NOON)
        audit = SqliteLog.open(path, read_only=True)
        assert piece(CASE, 2) == await audit.read(CASE)
        await log.append(piece(CASE, 1, behind=await log.head(CASE)), wake_at=None)

        assert (await verify_log(audit)).entries == 3
        assert not audit.exclusive
        with pytest.raises(StoreUnavailable, match="read only"):
            await audit.append(piece(OTHER, 1), wake_at=None)
        await audit.close()

    async def test_audit_reads_when_the_bot_is_stopped(self, log: SqliteLog, path: Path) -> None:
        """A read-only log opens a file that nobody has open, and does not keep the bot from starting."""
        await log.append(piece(CASE, 2), wake_at=NOON)
        await log.close()
        audit = SqliteLog.open(path, read_only=True)
        assert piece(CASE, 2) == await audit.read(CASE)

        bot = SqliteLog.open(path)
        await bot.append(piece(CASE, 1, behind=await bot.head(CASE)), wake_at=None)
        assert (await audit.head(CASE)).seq == 3
        await bot.close()
        await audit.close()

    def test_audit_of_nothing(self, path: Path) -> None:
        """A read-only log does not make a file."""
        with pytest.raises(StoreUnavailable, match=r"cases\.db can't be used"):
            SqliteLog.open(path, read_only=True)
        assert not path.exists()

    @pytest.mark.parametrize("read_only", [False, True])
    async def test_newer_schema(self, path: Path, read_only: bool) -> None:  # noqa: FBT001 - A parameter of the test.
        """A file of a newer version is refused and left as it is."""
        await SqliteLog.open(path).close()
        with other_program(path) as connection:
            connection.execute("PRAGMA user_version = 99")

        with pytest.raises(StoreUnavailable, match=r"written by a newer Anchorwatch: it has schema 99"):
            SqliteLog.open(path, read_only=read_only)

        with other_program(path) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (99,)

    def test_file_of_another_program(self, path: Path) -> None:
        """A database that somebody else made is refused, and nothing is added to it."""
        with other_program(path) as connection:
            connection.execute("CREATE TABLE theirs (x)")

        with pytest.raises(StoreUnavailable, match="is not a case log"):
            SqliteLog.open(path)

        with other_program(path) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]

    @pytest.mark.parametrize("read_only", [False, True])
    def test_not_a_database(self, path: Path, read_only: bool) -> None:  # noqa: FBT001 - As above.
        """Any other file is refused by name, and not overwritten."""
        path.write_bytes(b"these are my notes\n" * 1000)

        with pytest.raises(StoreUnavailable, match=r"cases\.db can't be used: file is not a database"):
            SqliteLog.open(path, read_only=read_only)

        assert path.read_bytes() == b"these are my notes\n" * 1000

    @pytest.mark.parametrize("damage", ["cut", "scribbled"])
    async def test_damaged_file(self, path: Path, damage: str) -> None:
        """A log whose pages are cut off or overwritten is refused by name, and the lock is let go."""
        log = SqliteLog.open(path)
        await log.append(piece(CASE, 2000), wake_at=None)
        await log.close()
        whole = _damage(path, damage)

        with pytest.raises(StoreUnavailable, match=r"cases\.db .*(malformed|damaged)"):
            SqliteLog.open(path)

        _write(path, whole)
        await SqliteLog.open(path).close()

    def test_folder_that_can_not_be(self, tmp_path: Path) -> None:
        """A path through a file, or one that is a folder, is refused by name."""
        (tmp_path / "file").touch()
        for path in (tmp_path / "file" / "cases.db", tmp_path):
            with pytest.raises(StoreUnavailable, match=str(path)):
                SqliteLog.open(path)


def _damage(path: Path, how: str) -> bytes:
    """Cut the file in the middle or scribble over ten of its pages; returns what it was."""
    whole = path.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:half] if how == "cut" else whole[:8192] + b"\xa5" * 40960 + whole[49152:])
    return whole


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)

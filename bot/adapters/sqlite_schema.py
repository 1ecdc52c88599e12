"""The case log's SQLite file: its address, its tables, and the checks before it is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bot.domain.errors import BadInput, StoreUnavailable

_URL_PREFIX = "sqlite:///"
_BUSY_SECONDS = 2.0
"""How long a statement waits for another program's lock; below the 3 s in which Slack wants its answer."""

_APPLICATION_ID = 0x414E4348
"""``ANCH``: tells our file from another program's. See: https://www.sqlite.org/pragma.html#pragma_application_id"""

_ENTRIES = """
CREATE TABLE cases (
  case_id   TEXT PRIMARY KEY NOT NULL,
  head_seq  INTEGER NOT NULL CHECK (head_seq >= 1),
  head_hash TEXT NOT NULL,
  wake_at   INTEGER  -- microseconds since 1970-01-01 UTC; NULL: never by itself
) STRICT;
CREATE INDEX cases_by_wake_at ON cases (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE entries (
  case_id   TEXT NOT NULL REFERENCES cases (case_id),
  seq       INTEGER NOT NULL CHECK (seq >= 1),
  at        TEXT NOT NULL,  -- ISO 8601 in UTC, as it was hashed
  kind      TEXT NOT NULL,
  by        TEXT NOT NULL,
  data      TEXT NOT NULL,  -- canonical JSON
  prev_hash TEXT NOT NULL,
  hash      TEXT NOT NULL,
  PRIMARY KEY (case_id, seq)
) STRICT;
CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_are_never_dropped BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
"""

_QUARANTINE = """
CREATE TABLE quarantine (
  quarantine_id TEXT PRIMARY KEY NOT NULL,
  at            TEXT NOT NULL,
  place         TEXT NOT NULL,
  code          TEXT NOT NULL,
  message       TEXT NOT NULL,
  position      TEXT NOT NULL,
  body          BLOB NOT NULL
) STRICT;
"""

# A text that somebody changed into no JSON must not stop the writing.
EVENT_ID = "CASE WHEN json_valid(data) THEN json_extract(data, '$.detection.event_id') END"
ANCHOR_ID = "CASE WHEN json_valid(data) THEN json_extract(data, '$.detection.anchor.anchor_id') END"
DETECTIONS = "kind = 'detection:received'"
RUN_ID = "CASE WHEN json_valid(data) THEN json_extract(data, '$.detection.alert.run_id') END"
"""The expressions and the rows of three indexes: a query must spell them the same way to use them."""
_DETECTION_INDEXES = f"""
CREATE INDEX detections_by_event_id ON entries ({EVENT_ID}) WHERE {DETECTIONS};
CREATE INDEX detections_by_anchor_id ON entries ({ANCHOR_ID}) WHERE {DETECTIONS};
"""

# A certificate that somebody changed into something else has no key, and must not stop the writing either.
_KEY = "CASE WHEN one.type = 'object' THEN json_extract(one.value, '$.spki_sha256') END"
_CA_KEYS = f"""
CREATE TABLE ca_keys (
  spki_sha256 TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  UNIQUE (spki_sha256, case_id)
) STRICT;
-- Its rows stand in the order of the rowid, so that the oldest of very many are found without reading the others.
CREATE INDEX ca_keys_by_age ON ca_keys (spki_sha256);
INSERT OR IGNORE INTO ca_keys SELECT {_KEY}, entries.case_id
FROM entries, json_each(CASE WHEN json_valid(data) THEN data ELSE 'null' END, '$.ca.certificates') AS one
WHERE {DETECTIONS} AND {_KEY} IS NOT NULL ORDER BY entries.rowid;
CREATE TRIGGER entries_tell_ca_keys AFTER INSERT ON entries WHEN NEW.{DETECTIONS}
BEGIN
  INSERT OR IGNORE INTO ca_keys SELECT {_KEY}, NEW.case_id
  FROM json_each(CASE WHEN json_valid(NEW.data) THEN NEW.data ELSE 'null' END, '$.ca.certificates') AS one
  WHERE {_KEY} IS NOT NULL;
END;
"""  # noqa: S608 - Our own constants.

_CLAIMS = """
CREATE TABLE target_claims (
  target     TEXT PRIMARY KEY NOT NULL,
  version    INTEGER NOT NULL CHECK (version >= 1),  -- grows each time that somebody takes the target
  until      INTEGER NOT NULL,  -- microseconds since 1970-01-01 UTC; 0: let go
  case_id    TEXT NOT NULL,
  request_id TEXT NOT NULL,
  owner      TEXT NOT NULL,
  asked_by   TEXT NOT NULL
) STRICT;
"""

_CODE_USES = """
CREATE TABLE code_uses (
  user_id     TEXT PRIMARY KEY NOT NULL,
  last_step   INTEGER NOT NULL,
  wrong       INTEGER NOT NULL CHECK (wrong >= 0),
  wrong_since INTEGER  -- microseconds since 1970-01-01 UTC; NULL: no wrong code
) STRICT;
"""

_SEARCH_PAGES = """
CREATE TABLE search_pages (
  kept_for TEXT NOT NULL,  -- the round or the request that reads them
  search   TEXT NOT NULL,  -- SHA-256 of the question
  number   INTEGER NOT NULL CHECK (number >= 0),
  at       INTEGER NOT NULL,  -- microseconds since 1970-01-01 UTC
  is_last  INTEGER NOT NULL,
  events   BLOB NOT NULL,  -- JSON, compressed
  PRIMARY KEY (kept_for, search, number)
) STRICT;
CREATE INDEX search_pages_by_at ON search_pages (at);
"""

_RUN_INDEX = f"CREATE INDEX detections_by_run_id ON entries ({RUN_ID}) WHERE {DETECTIONS};"

HEARD = "kind = 'alert:heard'"
HEARD_EVENT_ID = "CASE WHEN json_valid(data) THEN json_extract(data, '$.event_id') END"
HEARD_RUN_ID = "CASE WHEN json_valid(data) THEN json_extract(data, '$.alert.run_id') END"
"""The same for alerts about events that were known before."""
_HEARD_INDEX = f"CREATE INDEX heard_by_run_id ON entries ({HEARD_RUN_ID}) WHERE {HEARD};"

_VERSIONS = (
    _ENTRIES + _QUARANTINE,
    _DETECTION_INDEXES,
    _CA_KEYS,
    _CLAIMS,
    _CODE_USES,
    _SEARCH_PAGES,
    _RUN_INDEX,
    _HEARD_INDEX,
)
"""Each script leads from the version before it to the next; one that was released is never edited."""


def sqlite_path(url: str) -> Path:
    """The file that ``ANCHORWATCH_STORE`` names.

    ``sqlite:///name.db`` is relative to the working folder and ``sqlite:////folder/name.db`` is absolute.

    Raises:
        BadInput: ``url`` has another form, or would keep nothing (``:memory:``).
    """
    name = url.removeprefix(_URL_PREFIX)
    if not url.startswith(_URL_PREFIX) or not name.isprintable() or name.endswith("/"):
        raise BadInput("store_url", "write sqlite:///relative.db or sqlite:////absolute/path.db", "ANCHORWATCH_STORE")
    if name in ("", ":memory:"):
        raise BadInput("store_url", "name a file: the case log must outlive the process", "ANCHORWATCH_STORE")
    if "?" in name:
        raise BadInput("store_url", "sqlite:/// takes no options after a question mark", "ANCHORWATCH_STORE")
    return Path(name)


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into ``StoreUnavailable``, naming the file."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"the case log {path} can't be used: {error}") from error


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open a connection that any one thread at a time may use; transactions are written out by the caller.

    Raises:
        sqlite3.Error: the file is not there, not readable or not a database.
    """
    mode = "rw" if writable else "ro"
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # NORMAL would let a power cut take back an append that was confirmed.
    # See: https://www.sqlite.org/pragma.html#pragma_synchronous
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA query_only = {'OFF' if writable else 'ON'}")
    # A byte that somebody changed in the file must reach the audit as a wrong text, not stop the reading.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables where they are missing, switch to WAL, and refuse a file that can't be trusted.

    Raises:
        StoreUnavailable: the file is another program's, or of a newer version, or damaged.
        sqlite3.Error: it is not a database, or can't be written.
    """
    if _is_empty(connection):
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    version = check(connection, path)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StoreUnavailable(f"the case log {path} is on a file system where SQLite can't keep a write-ahead log")
    for number, script in enumerate(_VERSIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file that is ours and whole.

    Raises:
        StoreUnavailable: the file is another program's, or of a newer version, or damaged.
        sqlite3.Error: it is not a database.
    """
    if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
        raise StoreUnavailable(f"{path} is not a case log: another program wrote it")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_VERSIONS):
        newer = f"it has schema {version}, and this version knows up to {len(_VERSIONS)}"
        raise StoreUnavailable(f"the case log {path} was written by a newer Anchorwatch: {newer}")
    (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise StoreUnavailable(f"the case log {path} is damaged ({finding}): restore it from a backup")
    return version


def _is_empty(connection: sqlite3.Connection) -> bool:
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return tables == 0 and connection.execute("PRAGMA user_version").fetchone() == (0,)

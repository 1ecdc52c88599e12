"""Reads a CREATE EXTERNAL TABLE of Athena, and turns CloudTrail records into its rows.

See: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox.aws.control_client import JsonValue

_TABLE = re.compile(r"CREATE\s+EXTERNAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`]+)\s*\(", re.IGNORECASE)
_PARTITIONED = re.compile(r"PARTITIONED\s+BY\s*\(", re.IGNORECASE)
_PROPERTIES = re.compile(r"TBLPROPERTIES\s*\(", re.IGNORECASE)
_LOCATION = re.compile(r"LOCATION\s+'([^']+)'", re.IGNORECASE)
_PROPERTY = re.compile(r"""['"]([^'"]+)['"]\s*=\s*['"]([^'"]*)['"]""")
_COLUMN = re.compile(r"`?(\w+)`?\s*:?\s*(.+?)(?:\s+COMMENT\s+'[^']*')?", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*")
_VARIABLE = re.compile(r"\\\$\\\{(\w+)\\\}")
_SIMPLE = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
}


class BadDdl(Exception):
    """The statement is not one that Athena would take, or uses a type that is not known here."""


@dataclass(frozen=True)
class Table:
    """An external table over CloudTrail's files.

    Attributes:
        name: `database.table`, in small letters.
        columns: Hive type by column.
        partitions: Hive type by partition column.
        properties: Its TBLPROPERTIES.
        template: Where the files of one partition are, with `${column}` in it.
    """

    name: str
    columns: dict[str, str]
    partitions: dict[str, str]
    properties: dict[str, str]
    template: str

    def projection(self, column: str) -> str:
        """How the values of a partition column are found: `enum`, `injected`, `date`; empty without projection."""
        return self.properties.get(f"projection.{column}.type", "")

    def partition_of(self, record: dict[str, Any]) -> dict[str, str] | None:
        """The partition in whose folder CloudTrail puts the record; None when the table does not see it."""
        before, _, after = self.template.partition("AWSLogs/")
        organisation = re.match(r"o-[a-z0-9]+/", after)
        day = record["eventTime"][:10].replace("-", "/")
        account, region = record["recipientAccountId"], record["awsRegion"]
        location = f"{before}AWSLogs/{organisation[0] if organisation else ''}{account}/CloudTrail/{region}/{day}"
        pattern = _VARIABLE.sub(self._group, re.escape(self.template.rstrip("/")))
        found = re.fullmatch(pattern, location)
        if found is None or not all(self._projected(name, value) for name, value in found.groupdict().items()):
            return None
        return found.groupdict()

    def _group(self, variable: re.Match[str]) -> str:
        inside = r"[\d/-]+" if self.projection(variable[1]) == "date" else "[^/]+"
        return f"(?P<{variable[1]}>{inside})"

    def _projected(self, column: str, value: str) -> bool:
        kind = self.projection(column)
        if kind == "enum":
            return value in [one.strip() for one in self.properties[f"projection.{column}.values"].split(",")]
        if kind == "date":
            return value >= self.properties[f"projection.{column}.range"].split(",")[0].strip()
        return True

    def row(self, record: dict[str, Any]) -> dict[str, JsonValue]:
        """The columns of a record; member names are compared without case, as the SerDe does."""
        members = {name.lower(): value for name, value in record.items()}
        return {name: _value(kind, members.get(name)) for name, kind in self.columns.items()}


def is_ddl(statement: str) -> bool:
    """Whether a statement makes a table."""
    return _TABLE.search(statement) is not None


def read_ddl(statement: str, database: str) -> Table:
    """Read a statement that makes a table.

    Args:
        statement: The whole statement.
        database: Where a table without a database goes.

    Raises:
        BadDdl: It can't be read.
    """
    text = _COMMENT.sub("", statement)
    head, location = _TABLE.search(text), _LOCATION.search(text)
    if head is None or location is None:
        raise BadDdl("CREATE EXTERNAL TABLE needs a name, columns and a LOCATION")
    name = head[1].replace("`", "").lower()
    partitioned, properties = _PARTITIONED.search(text), _PROPERTIES.search(text)
    found = dict(_PROPERTY.findall(_inside(text, properties.end()))) if properties else {}
    return Table(
        name=name if "." in name else f"{database}.{name}",
        columns=_columns(_inside(text, head.end())),
        partitions=_columns(_inside(text, partitioned.end())) if partitioned else {},
        properties=found,
        template=str(found.get("storage.location.template", location[1])),
    )


def engine_type(hive: str) -> str:
    """The local engine's name of a Hive type.

    Raises:
        BadDdl: The type is not known here.
    """
    kind = "".join(hive.split()).lower()
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind.startswith("array<"):
        return f"{engine_type(kind[6:-1])}[]"
    if kind.startswith("map<"):
        key, value = _split(kind[4:-1])
        return f"MAP({engine_type(key)}, {engine_type(value)})"
    if kind.startswith("struct<"):
        members = (member.split(":", 1) for member in _split(kind[7:-1]))
        return f"STRUCT({', '.join(f'{name} {engine_type(inner)}' for name, inner in members)})"
    raise BadDdl(f"mismatched input '{hive}': unknown type")


def _value(hive: str, value: JsonValue) -> JsonValue:
    kind = "".join(hive.split()).lower()
    if value is None:
        return None
    if kind == "string":
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    if kind.startswith("array<"):
        return [_value(kind[6:-1], one) for one in value]
    if kind.startswith("struct<"):
        members = {name.lower(): inner for name, inner in value.items()}
        wanted = (member.split(":", 1) for member in _split(kind[7:-1]))
        return {name: _value(inner, members.get(name)) for name, inner in wanted}
    if kind.startswith("map<"):
        return {name: _value(_split(kind[4:-1])[1], inner) for name, inner in value.items()}
    return value


def _columns(text: str) -> dict[str, str]:
    found = {}
    for one in _split(text):
        column = _COLUMN.fullmatch(one.strip())
        if column is None:
            raise BadDdl(f"cannot read the column {one.strip()}")
        engine_type(column[2])
        found[column[1].lower()] = column[2]
    return found


def _inside(text: str, start: int) -> str:
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    raise BadDdl("missing ')'")


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]

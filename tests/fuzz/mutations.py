"""Changes to bodies that know what a body is made of: JSON in JSON, packed JSON, PEM and DER, forms in URLs."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from bot.adapters.formats.compressed import BASE64_OF_GZIP, GZIP_MAGIC
from tests.fuzz.der_trees import Bytes, changed_der, changed_pem

_BOT = Path(__file__).parents[2] / "bot"
_SOURCES = {
    "message": ("adapters/formats", "adapters/ecs_of_record.py", "adapters/role_policy.py", "domain/rule.py"),
    "authority": ("adapters/formats/pem_bundle.py", "adapters/ca_file.py", "domain/ca_names.py"),
    "click": ("slack/payload.py", "slack/forms.py", "slack/clicks.py", "slack/submissions.py", "slack/controls.py"),
    "policy": ("domain/reach",),
}
_MOST_WORD = 80
_MOST_DOUBLED = 2000
_ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1e308, 10**30, "", " ", "\0", "\ud800", "\u202e", "é" * 300, "x" * 3000),
    *(
        "*" * 60,
        "*a" * 40,
        "?*" * 50,
        "arn:*:" * 9,
        [],
        {},
        [[]],
        [{}],
        {"": ""},
        "{",
        "[1]",
        '{"a":1}',
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:60.123456789Z",
    ),
)


@cache
def words_of(target: str) -> tuple[str, ...]:
    """Every short text that stands in the code behind a target."""
    paths = [_BOT / name for name in _SOURCES[target]]
    files = [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return tuple(sorted({one for one in constants if isinstance(one, str) and 0 < len(one) <= _MOST_WORD}))


def changed(target: str, data: bytes, chance: random.Random, change: Bytes) -> bytes:
    """The data with something changed in its structure, or by ``change`` where it has none."""
    if target == "authority":
        return _changed_authority(data, chance, change)
    if target == "click" and not data.startswith(b"{"):
        return _changed_form(target, data, chance, change)
    return _changed_body(target, data, chance, change)


def _changed_authority(data: bytes, chance: random.Random, change: Bytes) -> bytes:
    if data[:1] == b"\x30":
        return changed_der(data, chance, change)
    text = data.decode("latin-1")
    new = changed_pem(text, chance, change)
    if chance.random() < 0.1:
        word = chance.choice(words_of("authority"))
        at = chance.randrange(len(new) + 1)
        new = new[:at] + word + new[at:]
    return change(data) if new == text else new.encode("latin-1", "replace")


def _changed_form(target: str, data: bytes, chance: random.Random, change: Bytes) -> bytes:
    payloads = parse_qs(data.decode("latin-1")).get("payload")
    if not payloads:
        return change(data)
    return urlencode({"payload": _changed_body(target, payloads[0].encode(), chance, change)}).encode()


def _changed_body(target: str, data: bytes, chance: random.Random, change: Bytes) -> bytes:
    try:
        if data.startswith(GZIP_MAGIC):
            return gzip.compress(_changed_body(target, gzip.decompress(data), chance, change), mtime=0)
        if data.startswith(BASE64_OF_GZIP.encode()):
            return base64.b64encode(_changed_body(target, base64.b64decode(data), chance, change))
        message = {"": json.loads(data)}
    except (ValueError, OSError, EOFError, zlib.error, RecursionError):
        return change(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _change_value(target, message, chance, change)
    return json.dumps(message.get("")).encode("utf-8", "surrogatepass")


def spots_of(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value: its object or list, and the key or number."""
    stack = [node]
    while stack:
        node = stack.pop()
        pairs = list(node.items() if isinstance(node, dict) else enumerate(node))
        for key, value in pairs:
            yield node, key
            if isinstance(value, dict | list):
                stack.append(value)


def _change_value(target: str, message: dict[str, Any], chance: random.Random, change: Bytes) -> None:
    spots = list(spots_of(message))
    if not spots:
        return
    node, key = chance.choice(spots)
    value = node[key]
    if isinstance(value, str) and chance.random() < 0.7:
        node[key] = _changed_text(target, value, chance, change)
    else:
        chance.choice(_CHANGES)(target, node, key, [one[number] for one, number in spots], chance)


def _changed_text(target: str, text: str, chance: random.Random, change: Bytes) -> object:
    if text[:1] in "{[" or text.startswith(BASE64_OF_GZIP):
        return _changed_body(target, text.encode("utf-8", "replace"), chance, change).decode("utf-8", "replace")
    if "-----BEGIN" in text and chance.random() < 0.7:
        return changed_pem(text, chance, change)
    kind = chance.randrange(4)
    if kind == 0:
        return _copy(chance.choice(_ODD))
    if kind == 1:
        return chance.choice(words_of(target))
    if kind == 2:
        return text + chance.choice(words_of(target)) + text
    return change(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _copy(value: object) -> object:
    copy: object = json.loads(json.dumps(value))
    return copy


def _replace(target: str, node: Any, key: Any, values: list[Any], chance: random.Random) -> None:
    # A copy, so that nothing comes to stand within itself.
    node[key] = _copy(chance.choice((chance.choice(_ODD), chance.choice(words_of(target)), chance.choice(values))))


def _rename(target: str, node: Any, key: Any, values: list[Any], chance: random.Random) -> None:
    del values
    if isinstance(node, dict):
        kept = key == "" or chance.random() < 0.5
        node[chance.choice(words_of(target))] = _copy(node[key]) if kept else node.pop(key)


def _remove(target: str, node: Any, key: Any, values: list[Any], chance: random.Random) -> None:
    del target, values, chance
    if key != "":
        del node[key]


def _wrap(target: str, node: Any, key: Any, values: list[Any], chance: random.Random) -> None:
    del values
    written = json.dumps(node[key])
    value, word = json.loads(written), chance.choice(words_of(target))
    many = [json.loads(written) for _ in range(chance.choice((1, 2, 5, 60)) if len(written) < _MOST_DOUBLED else 1)]
    node[key] = chance.choice((many, {word: value}, written))


def _flatten(target: str, node: Any, key: Any, values: list[Any], chance: random.Random) -> None:
    """Objects and dotted keys into each other."""
    del target, values, chance
    if not isinstance(node, dict):
        return
    if isinstance(node[key], dict) and key != "":
        node |= {f"{key}.{name}": value for name, value in node.pop(key).items()}
    elif "." in key:
        head, _, rest = key.partition(".")
        node[head] = {rest: node.pop(key)}


_CHANGES: tuple[Callable[[str, Any, Any, list[Any], random.Random], None], ...] = (
    _replace,
    _replace,
    _rename,
    _remove,
    _wrap,
    _flatten,
)

"""Answers of an Elasticsearch search, and single hits of one.

See: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/search-fields
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.formats.form import Form, Ignored, Inner, JsonObject, Part, each_of, place


def _fits_answer(message: JsonObject) -> bool:
    hits = message.get("hits")
    return isinstance(hits, list) or (isinstance(hits, dict) and isinstance(hits.get("hits"), list))


def _read_answer(message: JsonObject, at: str) -> Iterable[Part]:
    hits, where = message["hits"], place(at, "hits")
    if isinstance(hits, dict):
        hits, where = hits["hits"], place(where, "hits")
    return each_of(hits, where) if hits else (Ignored("an Elasticsearch search that found nothing"),)


def _fits_hit(message: JsonObject) -> bool:
    own = isinstance(message.get("fields"), dict) and ("_index" in message or "_id" in message)
    return own or isinstance(message.get("_source"), dict)


def _read_hit(message: JsonObject, at: str) -> tuple[Part, ...]:
    """``_source`` is what was stored; ``fields`` lacks what is too long for the index."""
    parts = [(name, message[name]) for name in ("fields", "_source") if isinstance(message.get(name), dict)]
    merged = {key: value for _, fields in parts for key, value in fields.items()}
    return (Inner(merged, place(at, parts[-1][0])),)


ANSWER = Form("search", _fits_answer, _read_answer)
HIT = Form("hit", _fits_hit, _read_hit)

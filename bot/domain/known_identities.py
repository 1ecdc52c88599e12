"""Which source identities belong to a trust anchor's sessions alone, so that denying one cuts nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.evidence import MOST_IDENTITIES
from bot.domain.usage.words import counted

ASKED, SHARED, LOOKED = "asked_identities", "shared_identities", "identities_looked"
_WHAT = "source identity"
_WHATS = "source identities"


def identities_of(sessions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The source identities of sessions that AWS gave, each once, in their order; the facts of the guide have these."""
    issued = (one for one in sessions if one.get("error_code") is None)
    return tuple(dict.fromkeys(str(one["identity"]) for one in issued if one.get("identity")))


def identity_facts(own: Sequence[str], others: Iterable[str], *, looked: bool) -> dict[str, object]:
    """What the guide keeps of a search for who else has these; ``others`` are the identities of everybody else."""
    return {ASKED: sorted(own), SHARED: sorted({*own} & {*others}), LOOKED: looked}


def exclusive(own: Sequence[str], facts: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """Those of ``own`` that nobody else was seen to have, at most twenty, and in words which others there are and why.

    ``facts`` are those of :func:`identity_facts`; empty where nobody has looked.
    """
    asked = set(_texts(facts.get(ASKED))) if facts.get(LOOKED) is True else set()
    shared = set(_texts(facts.get(SHARED)))
    alone = tuple(one for one in own if one in asked and one not in shared)
    left_out = (
        (len(alone) - MOST_IDENTITIES, "too many for a policy"),
        (sum(one in asked and one in shared for one in own), "others have it too"),
        (sum(one not in asked for one in own), "who else has it is not known"),
    )
    words = [f"{_counted(count)} ({why})" for count, why in left_out if count > 0]
    return alone[:MOST_IDENTITIES], ", ".join(words)


def _texts(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _counted(count: int) -> str:
    return counted(count, _WHAT) if count == 1 else f"{count} {_WHATS}"

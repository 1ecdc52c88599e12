"""The copies of a value that one message may hold, which of them counts, and where they differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.detection import Where

T = TypeVar("T")

_SAFE_TO_QUOTE = re.compile(r"[A-Za-z0-9:/_.+-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Voice:
    """One copy of a trust anchor: a request (``sent``) or what AWS answered, and where it was read."""

    where: Where
    message: object
    sent: bool = False

    @property
    def words(self) -> str:
        """How a person calls it."""
        if self.where in (Where.REQUEST, Where.RESPONSE):
            return "the request" if self.sent else "AWS's answer"
        return f"the {self.where} {'request' if self.sent else 'answer'}"


@dataclass(slots=True)
class Hearing:
    """Collects, field by field, which copy counted (``sources``) and where copies differ (``contradictions``)."""

    sources: dict[str, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)

    def first(self, key: str, called: str, voices: Iterable[Voice], read: Callable[[Voice], T | None]) -> T | None:
        """What the surest voice says: voices come surest first, and None means that one says nothing."""
        said = [(voice, value) for voice in voices if (value := read(voice)) is not None]
        if not said:
            return None
        self.sources[key] = said[0][0].where
        self.compare(called, [(voice.words, value) for voice, value in said])
        return said[0][1]

    def compare(self, called: str, said: Iterable[tuple[str, object]]) -> None:
        """Note it when two say different things; the first is the one that counts."""
        who_said: dict[object, str] = {}
        for words, value in said:
            who_said.setdefault(value, words)
        if len(who_said) > 1:
            told = "; ".join(f"{words} says {_quoted(value)}" for value, words in who_said.items())
            self.contradictions.append(f"{called}: {told}")


def _quoted(value: object) -> str:
    """A value that can't hurt whoever shows it; any other text is only said to be different."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = value if isinstance(value, str) else ""
    return written if _SAFE_TO_QUOTE.fullmatch(written) else "something else"

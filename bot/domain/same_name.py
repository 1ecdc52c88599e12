"""Whether a person in Slack may be the one who made a call: by their names, which is a hint and no proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.detection import Actor

_LEAST_LETTERS = 3
_LONGEST = 200
_WORD = re.compile(r"[^\W_]+")


def may_be(names: Iterable[str], actor: Actor) -> bool:
    """Whether one of a person's names is that of the caller: of its user, its session or its source identity.

    Case, dots and what follows an ``@`` do not count; ``Ada Lovelace`` is also ``lovelace.ada`` and ``alovelace``.
    """
    forms = {form for name in names for form in _forms(name)}
    return any(one in forms for one in _names_of(actor))


def _names_of(actor: Actor) -> Iterator[str]:
    is_user = actor.arn is not None and (":user/" in actor.arn or ":assumed-role/" in actor.arn)
    last = actor.arn.rpartition("/")[2] if is_user and actor.arn else None
    for text in (actor.name, last, actor.source_identity):
        joined = "".join(_words(text or ""))
        if len(joined) >= _LEAST_LETTERS:
            yield joined


def _forms(name: str) -> Iterator[str]:
    words = _words(name)
    forms = ["".join(words), "".join(reversed(words))]
    if len(words) > 1:
        forms.append(words[0][0] + words[-1])
    yield from (one for one in forms if len(one) >= _LEAST_LETTERS)


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:_LONGEST].partition("@")[0].casefold())

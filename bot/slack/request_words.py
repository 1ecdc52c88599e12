"""How a request ended, as the card and the thread say it."""

from __future__ import annotations

import re

from bot.domain.case import Request
from bot.slack.text import mention_user, shown

_PERSON = re.compile(r"&lt;@([UW][A-Z0-9]+)&gt;")
_GROUP = re.compile(r"&lt;!subteam\^([A-Z0-9]+)&gt;")


def sentence_words(request: Request, text: str, limit: int) -> str:
    """A sentence about how a request ended, neutralised, because it may quote AWS and so an attacker.

    One that is about people names them; a group it calls by its id, because a mention rings with everybody in it.
    """
    safe = shown(text, limit)
    if not request.about_people:
        return safe
    named = _PERSON.sub(lambda found: mention_user(found[1]), safe)
    return _GROUP.sub(r"`\1`", named)

"""Sentences about a request as the log has them, made fit to be shown."""

from __future__ import annotations

import re

from bot.domain.case import Request
from bot.slack.text import mention_user, shown

_GROUP = re.compile(r"&lt;!subteam\^([A-Z0-9]+)&gt;")


def sentence_words(request: Request, text: str, limit: int) -> str:
    """How a request ended, neutralised, but with the names of those who asked for it or said yes.

    A sentence may quote AWS, and so an attacker: nobody else is mentioned, and a group only by its id, because a
    mention rings with everybody in it.
    """
    safe = shown(text, limit)
    for user_id in dict.fromkeys((request.by, *(vote.user_id for vote in request.votes))):
        safe = safe.replace(f"&lt;@{user_id}&gt;", mention_user(user_id))
    return _GROUP.sub(r"`\1`", safe)

"""Breaks what Slack, or a client of its, would turn into a link by itself.

See: https://docs.slack.dev/messaging/formatting-message-text#automatic-parsing
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WEB_SCHEME = re.compile("(http|ftp)(?=s?://)", re.IGNORECASE)
_OTHER_SCHEME = re.compile("(?<!xxp)(?<!xxps)(?<!fxp)(?<!fxps)://", re.IGNORECASE)
# Anything between separators may be a host name; browsers take the ideographic dots for dots.
_WORD = re.compile(r"[^\s<>()\[\]{}\"'`,;:/\\|@]+")
_DOT = re.compile("[.。．｡]")  # noqa: RUF001

# Where Slack links names by itself: `#channel` and `@person`, but not what stands in our own brackets.
_NAME = re.compile(r"(?<![\w<])[#@](?=\w)")
_WIDE: Mapping[str, str] = {"#": "＃", "@": "＠"}  # noqa: RUF001
_MAIL_SCHEME = re.compile("(?<![a-z])(mailto|tel):(?=\\S)", re.IGNORECASE)


def without_links(line: str) -> str:
    """Break web, mail and telephone addresses, host names and IPv4 addresses; a second time changes nothing."""
    web = _MAIL_SCHEME.sub(r"\1[:]", _WEB_SCHEME.sub(_defanged_scheme, line))
    return _WORD.sub(_defanged_word, _OTHER_SCHEME.sub("[:]//", web))


def without_names(line: str) -> str:
    """Break the bare names that Slack links as channels and people; what stands in our own brackets stays."""
    return _NAME.sub(lambda sign: _WIDE[sign[0]], line)


def _defanged_scheme(match: re.Match[str]) -> str:
    first, last = match[0][0], match[0][-1]
    return f"{first}xx{last}" if len(match[0]) == len("http") else f"{first}x{last}"


def _defanged_word(match: re.Match[str]) -> str:
    labels = [label for label in _DOT.split(match[0]) if label] if _DOT.search(match[0]) else []
    if not any(map(_names_a_domain, labels[1:])) and not _holds_an_address(labels):
        return match[0]
    # The full stop of a sentence is no part of a name.
    word = match[0].rstrip(".")
    return _DOT.sub("[.]", word) + match[0][len(word) :]


def _holds_an_address(labels: list[str]) -> bool:
    # Other signs may stand around it without a space, as in `ip=203.0.113.7&port=1`.
    fours = zip(labels, labels[1:], labels[2:], labels[3:], strict=False)
    return any(a[-1].isdigit() and b.isdigit() and c.isdigit() and d[0].isdigit() for a, b, c, d in fours)


def _names_a_domain(label: str) -> bool:
    return label[0].isalpha() and (len(label) > 1 or not label.isascii())

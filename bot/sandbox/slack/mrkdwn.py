"""Slack's mrkdwn as tokens, so that the page never has to parse text that an attacker may have written.

Entities (`&lt;`, `&gt;`, `&amp;`) are decoded last, inside the finished tokens: `&lt;!channel&gt;` is
and stays plain text. See: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Token = dict[str, Any]
_Items = Sequence[str | Token]

_FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE = re.compile(r"(?:>|&gt;) ?")
_LONG_QUOTE = re.compile(r"(?:>>>|&gt;&gt;&gt;) ?")
_MARKS = {"*": "bold", "_": "italic", "~": "strike"}
_ATOM = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<!\w)(?P<url>https?://(?:(?!&[lg]t;)[^\s<>|`\"])+)"
    r"|(?<![\w:]):(?P<emoji>(?=[^:\s]*[a-z]|[+-]1)[a-z0-9_+'-]{1,100}):(?![\w:])"
    r"|(?<![\w&#])#(?P<channel>[a-z0-9][a-z0-9_-]{0,79})(?![\w#])"
)
_URL_END = ".,;:!?)]}'*_~"
_SAFE_URL = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_DATE = re.compile(r"!date\^(?P<epoch>\d+)\^(?P<format>[^|^]+)(?:\^(?P<url>[^|]+))?(?:\|(?P<fallback>.*))?")
_BROADCASTS = frozenset({"here", "channel", "everyone"})


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: id → handle or name of people, user groups and channels."""

    people: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def channel_id(self, name: str) -> str | None:
        """Return the id of the channel with this name, or None."""
        return next((key for key, known in self.channels.items() if known == name), None)


def decoded(text: str) -> str:
    """Undo Slack's escape, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def tokens(text: str, names: Names | None = None, *, verbatim: bool = False, link_names: bool = True) -> list[Token]:
    """Parse mrkdwn.

    Args:
        text: The text as the app sent it, escaped.
        names: What mentioned ids are called; unknown ids are shown as they are.
        verbatim: Leave bare URLs and channel names alone, as Slack does then.
        link_names: Turn `#name` of a known channel into a link when not verbatim.
    """
    parser = _Parser(names or Names(), link_urls=not verbatim, link_names=link_names and not verbatim)
    found: list[Token] = []
    end = 0
    for fence in _FENCE.finditer(text):
        found += parser.lines(text[end : fence.start()].removesuffix("\n").removeprefix("\n" if end else ""))
        found.append({"t": "pre", "text": decoded(fence[1].strip("\n"))})
        end = fence.end()
    return found + parser.lines(text[end:].removeprefix("\n" if end else ""))


@dataclass(frozen=True, slots=True)
class _Parser:
    names: Names
    link_urls: bool
    link_names: bool

    def lines(self, text: str) -> list[Token]:
        """Parse text without fences: quotes first, then each line."""
        if not text:
            return []
        found: list[Token] = []
        lines = text.split("\n")
        index = 0
        while index < len(lines):
            quoted = self._quoted(lines, index)
            if found and found[-1]["t"] != "quote" and index and not quoted:
                found.append({"t": "br"})
            if quoted:
                found.append({"t": "quote", "children": self._joined(quoted)})
            else:
                found += self.inline(lines[index])
            index += len(quoted) or 1
        return found

    def _quoted(self, lines: list[str], start: int) -> list[str]:
        long = _LONG_QUOTE.match(lines[start])
        if long:
            return [lines[start][long.end() :], *lines[start + 1 :]]
        quoted: list[str] = []
        for line in lines[start:]:
            mark = _QUOTE.match(line)
            if mark is None:
                break
            quoted.append(line[mark.end() :])
        return quoted

    def _joined(self, lines: Sequence[str]) -> list[Token]:
        found: list[Token] = []
        for number, line in enumerate(lines):
            found += ([{"t": "br"}] if number else []) + self.inline(line)
        return found

    def inline(self, line: str) -> list[Token]:
        """Parse one line: atoms first, because marks inside a link or a code span mean nothing."""
        return _formatted(list(self._atoms(line)), frozenset(_MARKS))

    def _atoms(self, line: str) -> Iterator[str | Token]:
        end = 0
        for match in _ATOM.finditer(line):
            if match.start() < end:
                continue
            token, used = self._atom(match)
            if token is not None:
                yield from line[end : match.start()]
                yield token
                end = match.start() + used
        yield from line[end:]

    def _atom(self, match: re.Match[str]) -> tuple[Token | None, int]:
        whole = len(match[0])
        if match["code"] is not None:
            return {"t": "code", "text": decoded(match["code"])}, whole
        if match["angle"] is not None:
            return self._angle(match["angle"]), whole
        if match["url"] is not None:
            url = match["url"].rstrip(_URL_END)
            shown = decoded(url)
            return ({"t": "link", "url": shown, "text": shown} if self.link_urls else None), len(url)
        if match["emoji"] is not None:
            return {"t": "emoji", "name": match["emoji"], "text": match[0]}, whole
        channel_id = self.names.channel_id(match["channel"]) if self.link_names else None
        if channel_id is None:
            return None, whole
        return {"t": "channel", "id": channel_id, "name": match["channel"]}, whole

    def _angle(self, inside: str) -> Token | None:
        target, bar, label = inside.partition("|")
        if target.startswith("!"):
            return self._command(inside, target[1:], label)
        known = {"@": ("user", self.names.people), "#": ("channel", self.names.channels)}.get(target[0:1])
        if known is not None:
            kind, names = known
            return {"t": kind, "id": target[1:], "name": names.get(target[1:], decoded(label) or target[1:])}
        if not _SAFE_URL.match(target):
            return None
        url = decoded(target)
        return {"t": "link", "url": url, "text": decoded(label) if bar and label else url}

    def _command(self, inside: str, command: str, label: str) -> Token | None:
        if command in _BROADCASTS:
            return {"t": "broadcast", "name": command}
        if command.startswith("subteam^"):
            group_id = command.removeprefix("subteam^")
            name = self.names.groups.get(group_id, decoded(label).removeprefix("@") or group_id)
            return {"t": "group", "id": group_id, "name": name}
        date = _DATE.fullmatch(inside)
        if date is None:
            return {"t": "text", "text": decoded(label)} if label else None
        token: Token = {"t": "date", "epoch": int(date["epoch"]), "format": date["format"]}
        token["fallback"] = decoded(date["fallback"] or "")
        if date["url"] and _SAFE_URL.match(date["url"]):
            token["url"] = decoded(date["url"])
        return token


def _formatted(items: _Items, marks: frozenset[str]) -> list[Token]:
    closers = {mark: [i for i in range(len(items)) if _closes(items, i, mark)] for mark in marks}
    found: list[Token] = []
    plain: list[str] = []
    index = 0
    while index < len(items):
        item = items[index]
        close = _closer(items, index, closers)
        if close is not None and isinstance(item, str):
            found += [*_text(plain), {"t": _MARKS[item]}]
            found[-1]["children"] = _formatted(items[index + 1 : close], marks - {item})
            plain, index = [], close + 1
            continue
        if isinstance(item, str):
            plain.append(item)
        else:
            found += [*_text(plain), item]
            plain = []
        index += 1
    return found + _text(plain)


def _text(plain: Sequence[str]) -> list[Token]:
    return [{"t": "text", "text": decoded("".join(plain))}] if plain else []


def _closer(items: _Items, index: int, closers: Mapping[str, list[int]]) -> int | None:
    mark = items[index]
    if not isinstance(mark, str) or mark not in closers or not _opens(items, index, mark):
        return None
    later = closers[mark]
    position = bisect_right(later, index + 1)
    return later[position] if position < len(later) else None


def _is_word(item: str | Token) -> bool:
    return isinstance(item, str) and item.isalnum()


def _is_blank_or(item: str | Token, mark: str) -> bool:
    return isinstance(item, str) and (item.isspace() or item == mark)


def _opens(items: _Items, index: int, mark: str) -> bool:
    if index + 1 >= len(items) or _is_blank_or(items[index + 1], mark):
        return False
    return index == 0 or not (_is_word(items[index - 1]) or items[index - 1] == mark)


def _closes(items: _Items, index: int, mark: str) -> bool:
    if items[index] != mark or index == 0 or _is_blank_or(items[index - 1], mark):
        return False
    return index + 1 == len(items) or not (_is_word(items[index + 1]) or items[index + 1] == mark)

"""Makes text that an attacker may have written harmless before Slack shows it.

Names, tags, user agents, certificate subjects and reasons come from outside. Whatever they hold, they must
not mention anyone, link anywhere, draw emoji, change the look of what stands around them, or hide a part of
themselves. Each function here takes raw text and returns text for one place in a message:

    mrkdwn, running text   shown(text, limit)
    mrkdwn, exact value    code(text, limit)
    plain_text objects     plain(text, limit)

`defang` goes inside the other ones, around addresses: `code(defang(url), 200)`. Set `"verbatim": true` on
every mrkdwn object that holds outside text, or Slack links bare addresses and names by itself.

See: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ENTITIES: Mapping[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NEWLINE = "↵"
_SPACE_AT_EDGE = "␣"
_ELLIPSIS = "…"
_NOTHING = "(empty)"

# Invisible, though Unicode does not class them as control or format characters: joiners, fillers that are
# letters, blank Braille, and variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_MARKS_IN_A_ROW = 4

# Look-alikes: the backtick of a code span and the signs of bold and strike, the brackets of a mention.
_IN_CODE: Mapping[str, str] = {**_ENTITIES, "`": "ˋ"}  # noqa: RUF001
_IN_TEXT: Mapping[str, str] = {**_IN_CODE, "*": "∗", "~": "∼"}  # noqa: RUF001
_IN_PLAIN: Mapping[str, str] = {"<": "‹", ">": "›"}  # noqa: RUF001

_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_QUOTE = re.compile(" *>")
_EMOJI = re.compile(r":(?=[^\s:]+:)")
_BROADCAST = re.compile("@(?=channel|here|everyone|group)", re.IGNORECASE)

_WEB_SCHEME = re.compile("(http|ftp)(?=s?://)", re.IGNORECASE)
_OTHER_SCHEME = re.compile("(?<!xxp)(?<!xxps)(?<!fxp)(?<!fxps)://", re.IGNORECASE)
# Anything between separators may be a host name; browsers take the ideographic dots for dots.
_WORD = re.compile(r"[^\s<>()\[\]{}\"'`,;:/\\|@]+")
_DOT = re.compile("[.。．｡]")  # noqa: RUF001

_USER_ID = re.compile("[UW][A-Z0-9]{1,20}")
_GROUP_ID = re.compile("S[A-Z0-9]{1,20}")
_DATE_FORM = "{date_short_pretty} {time}"


def escape(text: str) -> str:
    """Escape the three characters that start something in mrkdwn, and nothing else.

    For text that is already known to be harmless otherwise; outside text goes through `shown` or `code`.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str, limit: int) -> str:
    """Make outside text safe in running mrkdwn: one line, nothing rendered, nothing hidden.

    Args:
        text: Any string, lone surrogates included.
        limit: Code points that the result may take, at least 1. Longer text is cut before it is escaped and
            says how many code points of the visible text are missing. An empty text reads `(empty)`.

    Raises:
        ValueError: `limit` is below 1.
    """
    line = _unquoted(_EMPHASIS.sub("ˍ", _something(_calm(_visible(text)))))
    return _fitted([_IN_TEXT.get(character, character) for character in line], limit)


def code(text: str, limit: int) -> str:
    """Make a mrkdwn code span of outside text that the text cannot leave.

    For exact values: all that changes are invisible characters, line breaks, backticks, outer spaces and
    broadcast words, so that ARNs and ids can be copied from it. An empty text reads `(empty)`.

    Args:
        text: Any string, lone surrogates included.
        limit: Code points that the result may take with both backticks, at least 3.

    Raises:
        ValueError: `limit` is below 3.
    """
    line = _broken_broadcasts(_visible(text)) or _NOTHING
    inner = line.strip(" ")
    line = line.replace(" ", _SPACE_AT_EDGE) if not inner else _edges_shown(line, inner)
    return f"`{_fitted([_IN_CODE.get(character, character) for character in line], limit - 2)}`"


def plain(text: str, limit: int) -> str:
    """Make outside text safe in a plain_text object: one line, nothing rendered, nothing hidden.

    Angle brackets become look-alikes, because whether Slack takes entities in plain_text is not documented.
    Set `"emoji": false` on the object as well.

    Args:
        text: Any string, lone surrogates included.
        limit: Code points that the result may take, at least 1. An empty text reads `(empty)`, because
            Slack refuses empty text objects.

    Raises:
        ValueError: `limit` is below 1.
    """
    line = _something(_calm(_visible(text)))
    return _fitted([_IN_PLAIN.get(character, character) for character in line], limit)


def literal(text: str, limit: int) -> str:
    """Make outside text safe in a rich_text element: one line, nothing hidden; ARNs and ids can be copied from it.

    Slack parses nothing in a rich_text text element, so angle brackets and colons stay as they are.

    Args:
        text: Any string, lone surrogates included.
        limit: Code points that the result may take, at least 1. An empty text reads `(empty)`.

    Raises:
        ValueError: `limit` is below 1.
    """
    return _fitted(list(_something(_broken_broadcasts(_visible(text)))), limit)


def defang(text: str) -> str:
    """Break the URLs, host names and IPv4 addresses in a text so that nothing links or opens them.

    `https://evil.example/a.b` becomes `hxxps://evil[.]example/a.b`. Doing it twice changes nothing more. The
    result still has to go through `shown`, `code` or `plain`.
    """
    unlinked = _OTHER_SCHEME.sub("[:]//", _WEB_SCHEME.sub(_defanged_scheme, _visible(text)))
    return _WORD.sub(_defanged_word, unlinked)


def date(moment: datetime, fallback: str | None = None) -> str:
    """Show a moment in each reader's own time zone.

    Args:
        moment: An aware time. One before 1970 cannot be written this way and comes out as the fallback.
        fallback: What is shown where Slack cannot format dates, in notifications for example. None means
            the time in UTC to the minute.

    Raises:
        ValueError: `moment` has no time zone.

    See: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone to be shown")
    utc = moment.astimezone(UTC)
    written = fallback or f"{utc.year:04d}-{utc:%m-%d %H:%M} UTC"
    safe = escape(_visible(written).replace("|", "¦"))
    epoch_seconds = int(utc.timestamp())
    return f"<!date^{epoch_seconds}^{_DATE_FORM}|{safe}>" if epoch_seconds >= 0 else safe


def mention_user(user_id: str) -> str:
    """Mention one person by id, for example `U012ABCDEF`.

    Raises:
        ValueError: The id is not shaped like the id of a Slack user.
    """
    if _USER_ID.fullmatch(user_id) is None:
        raise ValueError("not the id of a Slack user")
    return f"<@{user_id}>"


def mention_group(group_id: str) -> str:
    """Mention one user group by id, for example `S012ABCDEF`.

    Raises:
        ValueError: The id is not shaped like the id of a Slack user group.
    """
    if _GROUP_ID.fullmatch(group_id) is None:
        raise ValueError("not the id of a Slack user group")
    return f"<!subteam^{group_id}>"


def _visible(text: str) -> str:
    """Return the text in NFC on one line, each invisible or direction-changing character spelled out."""
    if text.isascii() and text.isprintable():
        return text
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    return "".join(_spelled(character, run) for character, run in _runs(lines))


def _runs(text: str) -> Iterable[tuple[str, int]]:
    marks = 0
    for character, run in ((character, len(list(same))) for character, same in groupby(text)):
        marks = marks + run if unicodedata.category(character).startswith("M") else 0
        # A pile of combining marks grows over the lines above and below it.
        yield (character, run) if marks <= _MARKS_IN_A_ROW else (f"+{character}", run)


def _spelled(character: str, run: int) -> str:
    if character == "\n":
        return _NEWLINE * run
    if character == " " or (len(character) == 1 and not _hides(character)):
        return character * run
    point = f"U+{ord(character[-1]):04X}"
    return f"[{point}]" if run == 1 else f"[{point} ×{run}]"  # noqa: RUF001


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _HIDING_CATEGORIES or _INVISIBLE.match(character) is not None


def _calm(line: str) -> str:
    # Slack's own advice for a colon that must not start an emoji is a zero-width space after it.
    return _EMOJI.sub(":\u200b", _broken_broadcasts(line))


def _something(line: str) -> str:
    # Slack refuses text objects that are empty or blank.
    return line if line.strip() else _NOTHING


def _unquoted(line: str) -> str:
    # At the start of a line Slack takes the sign for a quotation, escaped or not.
    sign = _QUOTE.match(line)
    return f"{line[: sign.end() - 1]}›{line[sign.end() :]}" if sign else line  # noqa: RUF001


def _broken_broadcasts(line: str) -> str:
    # With link_names or parse=full even the bare word would ring everybody.
    return _BROADCAST.sub("＠", line)  # noqa: RUF001


def _edges_shown(line: str, inner: str) -> str:
    # A code span that starts or ends with a space is not taken for one.
    before = line.index(inner)
    after = len(line) - len(inner) - before
    return f"{_SPACE_AT_EDGE * before}{inner}{_SPACE_AT_EDGE * after}"


def _fitted(pieces: list[str], limit: int) -> str:
    """Join pieces, one a code point of the source, and cut between two of them when they take too much."""
    if limit < 1:
        raise ValueError("the limit leaves no room for text")
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    room, kept, used = limit - len(_missing(len(pieces))), 0, 0
    while kept < len(pieces) and used + len(pieces[kept]) <= room:
        used += len(pieces[kept])
        kept += 1
    note = _missing(len(pieces) - kept)
    return "".join(pieces[:kept]) + note if len(note) <= limit else _ELLIPSIS


def _missing(count: int) -> str:
    return f"{_ELLIPSIS} (+{count} more)"


def _defanged_scheme(match: re.Match[str]) -> str:
    first, last = match[0][0], match[0][-1]
    return f"{first}xx{last}" if len(match[0]) == len("http") else f"{first}x{last}"


def _defanged_word(match: re.Match[str]) -> str:
    labels = [label for label in _DOT.split(match[0]) if label]
    host = any(map(_names_a_domain, labels[1:]))
    return _DOT.sub("[.]", match[0]) if host or _holds_an_address(labels) else match[0]


def _holds_an_address(labels: list[str]) -> bool:
    # Other signs may stand around it without a space, as in `ip=203.0.113.7&port=1`.
    fours = zip(labels, labels[1:], labels[2:], labels[3:], strict=False)
    return any(a[-1].isdigit() and b.isdigit() and c.isdigit() and d[0].isdigit() for a, b, c, d in fours)


def _names_a_domain(label: str) -> bool:
    return label[0].isalpha() and (len(label) > 1 or not label.isascii())

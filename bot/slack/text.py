"""Makes text that an attacker may have written harmless before Slack shows it.

Names, tags, user agents, certificate subjects and reasons come from outside. Whatever they hold, they must
not mention anyone, link anywhere, draw emoji, change the look of what stands around them, or hide a part of
themselves. Each function here takes raw text and returns text for one place in a message:

    mrkdwn, running text   shown(text, limit)
    mrkdwn, exact value    code(text, limit)
    plain_text objects     plain(text, limit)
    rich_text              literal(text, limit)

`marked` puts behind such a text what a reader can't see of it. `joined` puts finished lines into one text that fits,
and `fallback` makes of it what notifications show. `defang` goes inside the other ones, around addresses:
`code(defang(url), 200)`. Set `"verbatim": true` on every mrkdwn object that holds outside text, or Slack links bare
addresses and names by itself.

See: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.domain.bare_links import without_links, without_names
from bot.domain.strange_text import mark
from bot.domain.visible_text import visible

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPACE_AT_EDGE = "␣"
_ELLIPSIS = "…"
_NOTHING = "(empty)"

# Look-alikes: the backtick of a code span and the signs of bold and strike, the brackets of a mention.
_IN_CODE = str.maketrans({**_ENTITIES, "`": "ˋ"})  # noqa: RUF001
_IN_TEXT = {**_IN_CODE, **str.maketrans({"*": "∗", "~": "∼"})}  # noqa: RUF001
_IN_PLAIN = str.maketrans({"<": "‹", ">": "›"})  # noqa: RUF001

_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_QUOTE = re.compile(" *>")
_BRACKETS = re.compile("(<[^<>]*>)")
# The colon that closes one may be ours, behind the text.
_EMOJI = re.compile(r":(?=[^\s:]+(?::|$))")
_BROADCAST = re.compile("@(?=channel|here|everyone|group)", re.IGNORECASE)

# Less than the 4,000 that Slack takes when a message is updated.
_FALLBACK_CHARACTERS = 2_900

_USER_ID = re.compile("[UW][A-Z0-9]{1,20}")
_GROUP_ID = re.compile("S[A-Z0-9]{1,20}")
_DATE_FORM = "{date_short_pretty} {time}"
_TIME_FORM = "{time}"


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
    line = _unquoted(_EMPHASIS.sub("ˍ", _something(_calm(visible(text)))))
    return _fitted(line, _IN_TEXT, limit)


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
    line = _broken_broadcasts(visible(text)) or _NOTHING
    inner = line.strip(" ")
    line = line.replace(" ", _SPACE_AT_EDGE) if not inner else _edges_shown(line, inner)
    return f"`{_fitted(line, _IN_CODE, limit - 2)}`"


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
    line = _something(_calm(visible(text)))
    return _fitted(line, _IN_PLAIN, limit)


def literal(text: str, limit: int) -> str:
    """Make outside text safe in a rich_text element: one line, nothing hidden; ARNs and ids can be copied from it.

    Slack parses nothing in a rich_text text element, so angle brackets and colons stay as they are.

    Args:
        text: Any string, lone surrogates included.
        limit: Code points that the result may take, at least 1. An empty text reads `(empty)`.

    Raises:
        ValueError: `limit` is below 1.
    """
    return _fitted(_something(_broken_broadcasts(visible(text))), {}, limit)


def defang(text: str) -> str:
    """Break the URLs, host names and IPv4 addresses in a text so that nothing links or opens them.

    `https://evil.example/a.b` becomes `hxxps://evil[.]example/a.b`. Doing it twice changes nothing more. The
    result still has to go through `shown`, `code` or `plain`.
    """
    return without_links(visible(text))


def marked(rendered: str, text: str) -> str:
    """Outside text as it is shown, and behind it what is strange about it, at most 163 code points more.

    Args:
        rendered: What `shown`, `code`, `plain` or `literal` made of the text.
        text: The text as it came in.

    See: `bot.domain.strange_text`
    """
    strange = mark(text)
    return f"{rendered} ({strange})" if strange else rendered


def joined(lines: Iterable[str], limit: int) -> str:
    """Put finished lines under each other, as many as fit, and say how many are left out.

    A line is left out whole: cut in two it could end inside a code span, an entity or a mention.

    Args:
        lines: Each is mrkdwn that is whole by itself; empty ones are left out.
        limit: Code points that the result may take, at least 40.
    """
    left = [line for line in lines if line]
    kept: list[str] = []
    room = limit if sum(map(len, left)) + len(left) <= limit else limit - len(_left_out(len(left)))
    while left and len(left[0]) + 1 <= room:
        room -= len(left[0]) + 1
        kept.append(left.pop(0))
    return "\n".join([*kept, _left_out(len(left))] if left else kept)


def fallback(text: str, limit: int = _FALLBACK_CHARACTERS) -> str:
    """Make of finished mrkdwn what stands in a message's top-level `text`: Slack links bare words there by itself.

    Our own mentions, dates and links stay, all of them in brackets that no outside text has; host names, addresses, and
    names of channels and people lose their signs.

    Args:
        text: Finished lines.
        limit: Code points that the result may take, at least 40.
    """
    parts = _BRACKETS.split(text)
    parts[::2] = map(without_links, parts[::2])
    return joined(without_names("".join(parts)).split("\n"), limit)


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
    utc = _in_utc(moment)
    return _date(utc, _DATE_FORM, fallback or f"{utc.year:04d}-{utc:%m-%d %H:%M} UTC")


def time_of_day(moment: datetime) -> str:
    """Show the time of day of a moment that is near, in each reader's own time zone. Raises as `date`."""
    utc = _in_utc(moment)
    return _date(utc, _TIME_FORM, f"{utc:%H:%M} UTC")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone to be shown")
    return moment.astimezone(UTC)


def _date(utc: datetime, form: str, written: str) -> str:
    safe = escape(visible(written).replace("|", "¦"))
    epoch_seconds = int(utc.timestamp())
    return f"<!date^{epoch_seconds}^{form}|{safe}>" if epoch_seconds >= 0 else safe


def is_user_id(text: str) -> bool:
    """Whether a text has the shape of a Slack user's id, so that `mention_user` takes it."""
    return _USER_ID.fullmatch(text) is not None


def mention_user(user_id: str) -> str:
    """Mention one person by id, for example `U012ABCDEF`.

    Raises:
        ValueError: The id is not shaped like the id of a Slack user.
    """
    if not is_user_id(user_id):
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


def _fitted(line: str, signs: Mapping[int, str], limit: int) -> str:
    """The line with its signs replaced, cut between two of its code points when that takes too much."""
    if limit < 1:
        raise ValueError("the limit leaves no room for text")
    whole = line.translate(signs)
    if len(whole) <= limit:
        return whole
    pieces = [character.translate(signs) for character in line]
    room, kept, used = limit - len(_missing(len(pieces))), 0, 0
    while kept < len(pieces) and used + len(pieces[kept]) <= room:
        used += len(pieces[kept])
        kept += 1
    note = _missing(len(pieces) - kept)
    return "".join(pieces[:kept]) + note if len(note) <= limit else _ELLIPSIS


def _left_out(lines: int) -> str:
    return f"{_ELLIPSIS} and {lines} more {'line' if lines == 1 else 'lines'}, in the audit log"


def _missing(count: int) -> str:
    return f"{_ELLIPSIS} (+{count} more)"

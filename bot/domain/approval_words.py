"""What terms ask for, in the words of the card, the form, the thread and the reminders.

A mention in a new message rings with everybody whom it names. So where a rule has silent approvers, what is posted
calls lists by their names and mentions nobody; forms and private answers may mention, because they ring with nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.people import People
from bot.domain.terms import Missing, Share, Terms


def people_words(terms: Terms) -> str:
    """How many people must say yes: “one other person”, “2 other people”; “2 people” where asking can be a yes."""
    if terms.own_yes_counts:
        return "one person" if terms.needed == 1 else f"{terms.needed} people"
    return "one other person" if terms.needed == 1 else f"{terms.needed} other people"


def share_words(terms: Terms, *, mention: bool = True) -> str:
    """From whom some of them must be, as “, at least one of them from <@…>”; empty when any approver will do."""
    return f", at least {_shares(terms.shares, mention=mention)}" if terms.shares else ""


def lacking_words(lacking: Missing, *, mention: bool = True) -> str:
    """What a request waits for, such as “1 more yes, from <@…>” or “2 more yes, at least one of them from <@…>”."""
    words = f"{lacking.people} more yes"
    if not lacking.shares:
        return words
    if lacking.people == 1:
        return f"{words}, from {_name(lacking.shares[0].people, mention=mention)}"
    return f"{words}, at least {_shares(lacking.shares, mention=mention)}"


def from_words(terms: Terms, approvers_in_words: str) -> str:
    """From whom the yes must come, behind their number, in a message that is posted.

    ``approvers_in_words`` are those of ANCHORWATCH_APPROVERS. As in “ from <@…>, at least one of them from <@…>”.
    """
    return f" from {_who(terms, approvers_in_words)}{share_words(terms, mention=terms.may_mention)}"


def _who(terms: Terms, approvers_in_words: str) -> str:
    if terms.may_mention:
        return terms.who_in_words(approvers_in_words)
    first = "the approvers" if terms.approvers is None else terms.approvers.name
    others = [one for one in (*(share.people for share in terms.shares), terms.silent) if one.name]
    return ", ".join(dict.fromkeys([first, *(one.name for one in others)]))


def _shares(shares: Sequence[Share], *, mention: bool) -> str:
    parts: list[str] = []
    for share in shares:
        count = "one" if share.count == 1 else str(share.count)
        of_them = "" if parts else " of them"
        parts.append(f"{count}{of_them} from {_name(share.people, mention=mention)}")
    return " and ".join(parts)


def _name(people: People, *, mention: bool) -> str:
    return people.in_words() if mention else people.name

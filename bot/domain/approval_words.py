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
    """From whom some of them must be, as “, at least one of <@…>”; empty when anybody of the approvers will do."""
    return f", at least {_shares(terms.shares, mention=mention)}" if terms.shares else ""


def lacking_words(lacking: Missing, *, mention: bool = True) -> str:
    """What a request waits for, such as “1 more yes, from one of <@…>”."""
    words = f"{lacking.people} more yes"
    if not lacking.shares:
        return words
    wanted = sum(share.count for share in lacking.shares)
    how = "from" if wanted == lacking.people == 1 else "at least"
    return f"{words}, {how} {_shares(lacking.shares, mention=mention)}"


def from_words(terms: Terms, approvers_in_words: str) -> str:
    """From whom the yes must come, behind their number, in a message that is posted.

    ``approvers_in_words`` are those of ANCHORWATCH_APPROVERS. As in “ from <@…>” or “, at least one of <@…>, from
    <@…>”.
    """
    shares = share_words(terms, mention=terms.may_mention)
    return f"{shares}{',' if shares else ''} from {_who(terms, approvers_in_words)}"


def _who(terms: Terms, approvers_in_words: str) -> str:
    if terms.may_mention:
        return terms.who_in_words(approvers_in_words)
    first = "the approvers" if terms.approvers is None else terms.approvers.name
    others = [one for one in (*(share.people for share in terms.shares), terms.silent) if one.name]
    return ", ".join(dict.fromkeys([first, *(one.name for one in others)]))


def _shares(shares: Sequence[Share], *, mention: bool) -> str:
    return " and ".join(
        f"{'one' if share.count == 1 else share.count} of {_name(share.people, mention=mention)}" for share in shares
    )


def _name(people: People, *, mention: bool) -> str:
    return people.in_words() if mention else people.name

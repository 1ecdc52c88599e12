"""What terms ask for, in the words of the card, the form and the refusals."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.terms import Missing, Share, Terms


def people_words(terms: Terms) -> str:
    """How many people must say yes: “one other person”, “2 other people”; “2 people” where asking can be a yes."""
    if terms.own_yes_counts:
        return "one person" if terms.needed == 1 else f"{terms.needed} people"
    return "one other person" if terms.needed == 1 else f"{terms.needed} other people"


def share_words(terms: Terms) -> str:
    """From whom some of them must be, as “, at least one of <@…>”; empty when anybody of the approvers will do."""
    return f", at least {_shares(terms.shares)}" if terms.shares else ""


def lacking_words(lacking: Missing) -> str:
    """What a request waits for, such as “1 more yes, from <@…>”."""
    words = f"{lacking.people} more yes"
    if not lacking.shares:
        return words
    wanted = sum(share.count for share in lacking.shares)
    return f"{words}, {'from' if wanted == lacking.people == 1 else 'at least'} {_shares(lacking.shares)}"


def _shares(shares: Sequence[Share]) -> str:
    return " and ".join(_share(share) for share in shares)


def _share(share: Share) -> str:
    return f"{'one' if share.count == 1 else share.count} of {share.people.in_words()}"

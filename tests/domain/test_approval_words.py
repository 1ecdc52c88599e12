"""What terms ask for, read aloud; and nobody is mentioned where somebody is to be left in peace."""

from __future__ import annotations

from bot.domain.approval_words import from_words, lacking_words, people_words
from bot.domain.people import People
from bot.domain.terms import Missing, Share, Terms

SECURITY, ON_CALL = People((), ("S1",), "security"), People((), ("S2",), "on_call")
LEADS = People(("U9",), (), "leads")


def test_how_many_people() -> None:
    """Other people, but where the one who asks can be one of them."""
    words = [people_words(Terms(needed=needed, own_yes_counts=own)) for own in (False, True) for needed in (1, 2)]
    assert words == ["one other person", "2 other people", "one person", "2 people"]


def test_from_whom() -> None:
    """The lists are mentioned, and each share is named."""
    assert from_words(Terms(), "@approvers") == " from @approvers"
    two = Terms(needed=2, approvers=ON_CALL, shares=(Share(1, SECURITY),))
    assert (
        from_words(two, "@approvers") == " from <!subteam^S2>, <!subteam^S1>, at least one of them from <!subteam^S1>"
    )


def test_silent_approvers_are_named_by_their_list() -> None:
    """A group that is mentioned would ring with them as well."""
    assert from_words(Terms(silent=LEADS), "@approvers") == " from the approvers, leads"
    two = Terms(needed=2, approvers=ON_CALL, shares=(Share(1, SECURITY),), silent=LEADS)
    assert from_words(two, "@approvers") == " from on_call, security, leads, at least one of them from security"


def test_what_is_missing() -> None:
    """One or more, and from whom."""
    share = Share(1, SECURITY)
    assert lacking_words(Missing(2)) == "2 more yes"
    assert lacking_words(Missing(1, (share,))) == "1 more yes, from <!subteam^S1>"
    assert lacking_words(Missing(2, (share,)), mention=False) == "2 more yes, at least one of them from security"
    both = Missing(3, (Share(2, SECURITY), Share(1, ON_CALL)))
    assert lacking_words(both, mention=False) == "3 more yes, at least 2 of them from security and one from on_call"

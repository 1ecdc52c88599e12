"""How a request ended, with the names of those who had a part in it and nobody else's."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.case import Vote
from bot.slack.request_words import sentence_words
from tests.slack.card_states import BEN, NOON, case_in


def test_people_of_the_request_are_shown_by_name_and_nobody_else() -> None:
    """Whoever writes a mention into what AWS says rings with nobody who is not in it already."""
    request = replace(case_in("approval pending")[0].requests["R1"], votes=(Vote(BEN, NOON),))
    asker = f"<@{request.by}> may not ask for this any more."
    assert sentence_words(request, asker, 300) == asker
    assert sentence_words(request, f"<@{BEN}> may not approve any more.", 300).startswith(f"<@{BEN}>")
    hostile = sentence_words(request, "AWS said <@U0VICTIM> <!channel> <!subteam^S0GROUP>", 300)
    assert hostile == "AWS said &lt;@U0VICTIM&gt; &lt;!channel&gt; `S0GROUP`"

"""How a request ended: with people's names where it is about people, neutralised where AWS may be quoted."""

from __future__ import annotations

from dataclasses import replace

from bot.slack.request_words import sentence_words
from tests.slack.card_states import case_in

SENTENCE = "Slack can't tell who is in <!subteam^S0GROUP>, so nobody knows whether <@U0AVA> may <!channel>"


def test_who_may_what_is_said_with_names() -> None:
    """A person is mentioned, a group called by its id, and nothing else acts."""
    request = replace(case_in("stopped")[0].requests["R1"], about_people=True)
    words = "Slack can't tell who is in `S0GROUP`, so nobody knows whether <@U0AVA> may &lt;!channel&gt;"
    assert sentence_words(request, SENTENCE, 300) == words


def test_what_aws_said_mentions_nobody() -> None:
    """Whoever writes a mention into it rings with nobody."""
    request = case_in("stopped")[0].requests["R1"]
    assert sentence_words(request, SENTENCE, 300).count("&lt;") == 3

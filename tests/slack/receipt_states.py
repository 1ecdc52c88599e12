"""Cases whose run has a receipt, has none, or has an outcome that somebody settled; with an attacker's text in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain import events as ev
from bot.domain.receipt import OutcomeProved, OutcomeTold, OwnCall, ReceiptFound, ReceiptLooked

Event = tuple[ev.Event, str]

AT = datetime(2026, 11, 22, 12, 5, 7, tzinfo=UTC)
EVENT_ID = "8e7d9c2a-0001-4a4b-8c8d-0123456789ab"


def own_call(text: str, **more: str | None) -> OwnCall:
    """A call as CloudTrail shows it."""
    named = {"call": "rolesanywhere:DeleteTrustAnchor", "event_id": EVENT_ID, "region": "eu-west-1", **more}
    return OwnCall(at=AT, source_identity=text, **named)  # type: ignore[arg-type]


def receipt_stories(
    deleted: Sequence[Event], unknown: Sequence[Event], person: str, text: str
) -> Mapping[str, Sequence[Event]]:
    """What becomes of a run that is done, and of one whose outcome is not known."""

    def bot(event: ev.Event) -> Event:
        return event, ev.ANCHORWATCH

    found = ReceiptFound("R1", (own_call(text),), (), AT)
    many = (own_call(text), own_call(text, error_code=text), own_call(text, event_id=text, region=text))
    told = {done: (OutcomeTold("R1", done, text), ev.slack_user(person)) for done in (True, False)}
    return {
        "receipt": [*deleted, bot(found)],
        "receipt of some": [*deleted, bot(ReceiptFound("R1", many * 3, (text,) * 9, AT))],
        "receipt of a refusal": [*deleted, bot(ReceiptFound("R1", (own_call(text, error_code="NotThere"),), (), AT))],
        "receipt without a person": [*deleted, bot(ReceiptFound("R1", (own_call(""),), (), AT))],
        "receipt looked for": [*deleted, bot(ReceiptLooked("R1", AT, last=False))],
        "no receipt": [*deleted, bot(ReceiptLooked("R1", AT, last=True, why=text))],
        "unknown outcome, looked": [*unknown, bot(ReceiptLooked("R1", AT, last=False))],
        "unknown outcome, said done": [*unknown, told[True]],
        "unknown outcome, said not done": [*unknown, told[False]],
        "unknown outcome, proved": [*unknown, bot(found), bot(OutcomeProved("R1", done=True, sentence=text))],
        "unknown outcome, refused": [*unknown, bot(found), bot(OutcomeProved("R1", done=False, sentence=text))],
    }

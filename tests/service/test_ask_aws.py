"""An event that does not show what its trust anchor trusts: AWS is asked once, briefly, and the answer is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.x509 import CertificateReader
from bot.domain.case import Case, CaseState
from bot.domain.detection import Anchor, Detection, SourceType, Understood
from bot.domain.effects import Effect, EffectKind, effects
from bot.domain.errors import StoreUnavailable
from bot.domain.events import MarkedFalsePositive, draft, slack_user
from bot.domain.fold import fold
from bot.domain.identity import Target
from bot.domain.post_events import PostKind, PostSent
from bot.service import ask_aws
from bot.service.observe_anchor import ObserveAnchor
from bot.service.shared_reads import SharedReads
from bot.service.take_detection import TakeDetection
from bot.slack.card import Card
from bot.slack.controls import Controls
from tests.fakes.asking_intake import FOREIGN_PCA, GET, PCA, STANDING, Place
from tests.fakes.desk import detection_of
from tests.records import make_ca


@pytest.fixture
def place() -> Place:
    """Intake and AWS, with nothing in either."""
    return Place()


async def test_an_external_ca_rings_with_all_that_aws_shows(place: Place) -> None:
    """The case has AWS's certificate, name and ARN, each with its source, and the card says where they are from."""
    target = place.aws.add_anchor(name="harbour", pem=make_ca())
    taken = await place.detect(place.enabled(target))
    case = place.case(target)
    assert taken.cases == (case.case_id,)
    assert case.detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert len(case.ca.certificates) == 1
    assert case.target.anchor_arn == target.anchor_arn
    assert {case.detection.sources[key] for key in ("source_type", "certificates", "anchor_arn")} == {"live call"}
    card = str(Card("C1", Controls({}), "somebody").draw(case).rich["blocks"])
    assert "asked of AWS, not in the event" in card
    assert "with an external CA" in card


async def test_what_was_read_is_evidence_and_is_not_read_again(place: Place) -> None:
    """The answer stands behind the detection in the same append, so nobody asks AWS again once the card is out."""
    target = place.aws.add_anchor()
    await place.detect(place.enabled(target))
    case = place.case(target)
    kinds = [entry.kind for entry in place.disk.entries[case.case_id]]
    assert kinds == ["detection:received", "anchor:observed", "post:reserved"]
    assert case.known_state is not None
    assert case.known_state["source type"] == "CERTIFICATE_BUNDLE"
    assert place.reads() == 1
    assert EffectKind.OBSERVE not in await _kinds_once_the_card_is_out(place, target)


@pytest.mark.parametrize("event_name", ["EnableTrustAnchor", "CreateTrustAnchor", "UpdateTrustAnchor"])
async def test_a_private_ca_of_the_account_rings_nobody(place: Place, event_name: str) -> None:
    """AWS shows that the anchor trusts the account's own private CA: no case, and the reason says so."""
    target = place.aws.add_anchor(source=PCA)
    taken = await place.detect(replace(place.enabled(target), event_name=event_name))
    assert taken.cases == ()
    assert taken.ignored == ("The trust anchor's CA is AWS Private CA (ACM PCA) of its own account.",)
    assert place.disk.entries == {}


async def test_a_private_ca_of_another_account_rings(place: Place) -> None:
    """AWS shows whose CA it is."""
    target = place.aws.add_anchor(source=FOREIGN_PCA)
    taken = await place.detect(place.enabled(target))
    assert taken.cases == (place.case(target).case_id,)


async def test_what_rings_nobody_is_a_line_in_the_case_that_is_there(place: Place) -> None:
    """Once, however often it comes; it opens nothing again and does not take the place of the newest event."""
    target = place.aws.add_anchor(source=PCA)
    await place.detect(detection_of(target))
    case_id = place.case(target).case_id
    closed = draft(MarkedFalsePositive("Ours."), slack_user("U1"))
    await place.book.record(await place.book.load(case_id), [closed])
    for _ in range(2):
        place.rise()
        taken = await place.detect(place.enabled(target, "event-2"))
    assert taken.cases == ()
    (line,) = place.remarks(target)
    assert line.startswith("EnableTrustAnchor at 2026-11-")
    assert "AWS Private CA (ACM PCA) of its own account" in line
    case = place.case(target)
    assert case.state is CaseState.FALSE_POSITIVE
    assert case.detection.event_id == "event-1"
    assert case.note_seq == case.head.seq


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("deny", "not allowed: rolesanywhere:GetTrustAnchor"),
        ("throttle", "too many requests: rolesanywhere:GetTrustAnchor"),
        ("error", "AWS answered rolesanywhere:GetTrustAnchor with ValidationException"),
        ("gone", "AWS shows no such trust anchor"),
        ("other account", "AWS shows no such trust anchor"),
    ],
)
async def test_an_anchor_that_can_not_be_read_is_reviewed(place: Place, fault: Any, why: str) -> None:
    """The case opens all the same, says exactly what stood in the way, and AWS is asked again once the card is out."""
    target = place.aws.add_anchor(source=PCA)
    if fault == "gone":
        target = replace(target, anchor_id="00000000-0000-0000-0000-000000000000", anchor_arn=None)
    elif fault == "other account":
        place.aws.answers_as = "444455556666"
    else:
        place.aws.fail(GET, fault)
    await place.detect(place.enabled(target))
    case = place.case(target)
    assert case.detection.live_error == why
    assert f"AWS did not tell what the anchor trusts ({why}), so somebody must look." in [
        flag.sentence for flag in case.flags
    ]
    assert case.observed_seq == 0


async def test_a_failed_read_is_made_up_for_once_the_card_is_out(place: Place) -> None:
    """Then there is time to wait for AWS, and what it says is kept as evidence."""
    target = place.aws.add_anchor()
    place.aws.fail(GET, "throttle")
    await place.detect(replace(place.enabled(target), anchor=Anchor(target.anchor_arn, target.anchor_id)))
    assert EffectKind.OBSERVE in await _kinds_once_the_card_is_out(place, target)
    observe = ObserveAnchor(place.book, place.aws, SharedReads(place.clock))
    await observe(await place.book.load(place.case(target).case_id))
    assert place.case(target).known_state is not None


async def test_the_answer_of_another_anchor_is_not_believed(place: Place) -> None:
    """Whatever the credentials reach, only the very trust anchor of the event counts."""
    target, other = place.aws.add_anchor(), place.aws.add_anchor(source=PCA)
    anchor = place.aws.anchor(target)
    assert anchor is not None
    anchor.update(place.aws.anchor(other) or {})
    await place.detect(place.enabled(target))
    expected = "AWS answered about another trust anchor: wrong account or Region"
    assert place.case(target).detection.live_error == expected


async def test_without_a_place_nobody_is_asked(place: Place) -> None:
    """An event that does not say in which account it happened can't be asked about."""
    target = place.aws.add_anchor()
    await place.detect(replace(place.enabled(target), account=""))
    assert place.reads() == 0
    (entries,) = place.disk.entries.values()
    case = fold(Case(entries[0].case_id), entries)
    assert case.detection.live_error == "the event does not say where the trust anchor is"


async def test_aws_that_hangs_holds_up_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """After two seconds the event is reviewed; the read goes on, and its answer serves the next event."""
    assert ask_aws.LONGEST_WAIT_SECONDS == 2
    monkeypatch.setattr(ask_aws, "LONGEST_WAIT_SECONDS", 0.05)
    target = place.aws.add_anchor(source=PCA)
    place.aws.latency = timedelta(seconds=0.2)
    taken = await asyncio.wait_for(place.detect(place.enabled(target)), timeout=1)
    assert taken.cases == (place.case(target).case_id,)
    assert str(place.case(target).detection.live_error).startswith("no answer within")
    await asyncio.sleep(0.2)
    again = await place.detect(place.enabled(target, "event-2"))
    assert again.cases == ()
    assert place.reads() == 1


async def test_many_events_of_one_message_wait_together(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four trust anchors at most are read at once, the others are reviewed, and the waiting is that of one."""
    monkeypatch.setattr(ask_aws, "LONGEST_WAIT_SECONDS", 0.1)
    place.aws.latency = timedelta(seconds=5)
    targets = [place.aws.add_anchor() for _ in range(30)]
    coming = [place.enabled(target, f"event-{number}") for number, target in enumerate(targets)]
    taken = await asyncio.wait_for(place.detect(*coming), timeout=2)
    assert len(taken.cases) == 30
    why = [str(place.case(target).detection.live_error) for target in targets]
    assert sum(one == "too many trust anchors to read at once" for one in why) == 26
    assert sum(one.startswith("no answer within") for one in why) == 4


async def test_a_burst_costs_one_call(place: Place) -> None:
    """Fifty copies and neighbours of one event, at once and within seconds, ask AWS once."""
    target = place.aws.add_anchor(source=PCA)
    place.aws.latency = timedelta(milliseconds=5)
    await asyncio.gather(*(place.detect(place.enabled(target, f"event-{number % 5}")) for number in range(50)))
    await place.detect(place.enabled(target, "event-6"))
    assert place.reads() == 1
    place.clock.advance(timedelta(seconds=11))
    await place.detect(place.enabled(target, "event-7"))
    assert place.reads() == 2


async def test_a_later_event_is_not_judged_by_an_earlier_read(place: Place) -> None:
    """Harmless when it was read, changed since: what happened after the read is asked for anew."""
    target = place.aws.add_anchor(source=PCA)
    await place.detect(place.enabled(target))
    anchor = place.aws.anchor(target)
    assert anchor is not None
    anchor["source"] = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": make_ca()}}
    place.clock.advance(timedelta(seconds=3))
    later = replace(place.enabled(target, "event-2"), happened_at=place.clock.now() - timedelta(seconds=1))
    taken = await place.detect(later)
    assert len(taken.cases) == 1
    assert place.reads() == 2


async def test_an_event_that_a_case_knows_is_not_asked_about(place: Place) -> None:
    """Told again, also after a restart, it joins its case without a read, whatever AWS would say by now."""
    target = place.aws.add_anchor()
    event = place.enabled(target)
    await place.detect(event)
    head = place.case(target).head
    place.rise()
    assert (await place.detect(event)).cases == (place.case(target).case_id,)
    assert place.reads() == 1
    assert place.case(target).head == head


async def test_dying_between_read_and_append_is_harmless(place: Place) -> None:
    """Nothing was stored, so the message comes again; then AWS is asked again and the case opens once."""
    target = place.aws.add_anchor()
    place.aws.latency = timedelta(milliseconds=20)
    taking = asyncio.create_task(place.detect(place.enabled(target)))
    await asyncio.sleep(0.01)
    place.disk.failing = True
    with pytest.raises(StoreUnavailable):
        await taking
    assert place.reads() == 1
    place.disk.failing = False
    place.rise()
    await place.detect(place.enabled(target))
    assert place.reads() == 2
    assert len(place.case(target).detections) == 1


@pytest.mark.parametrize(
    "changed",
    [
        lambda event: replace(event, error_code="AccessDenied"),
        lambda event: replace(event, event_name="DisableTrustAnchor"),
        lambda event: replace(event, anchor=replace(event.anchor, source_type_text="CERTIFICATE_BUNDLE")),
        lambda event: replace(
            event, event_name="UpdateTrustAnchor", anchor=replace(event.anchor, source_in_request=False)
        ),
    ],
)
async def test_where_nothing_hangs_on_it_nobody_is_asked(
    place: Place, changed: Callable[[Detection], Detection]
) -> None:
    """A failed call, another operation, an event that shows the source and one that leaves it cost no call."""
    target = place.aws.add_anchor()
    await place.detect(changed(place.enabled(target)))
    assert place.reads() == 0


async def test_without_leave_to_ask_it_is_said(place: Place) -> None:
    """Where AWS may not be asked, the event is reviewed as it is offline."""
    target = place.aws.add_anchor(source=PCA)
    event = place.enabled(target)
    take = TakeDetection(place.book, lambda _body: Understood((event,)), CertificateReader)
    assert (await take(b"")).cases == (place.case(target).case_id,)
    assert place.reads() == 0
    assert place.case(target).detection.live_error is None


async def _kinds_once_the_card_is_out(place: Place, target: Target) -> list[EffectKind]:
    case = await place.book.load(place.case(target).case_id)
    case = await place.book.record(case, [draft(PostSent(PostKind.CARD, 0, "C1", "1.1", case.display_seq))])
    due: Mapping[str, Effect] = {effect.lane: effect for effect in effects(case, STANDING)}
    return [effect.kind for effect in due.values()]

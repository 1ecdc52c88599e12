"""A CA whose keys only cases have that people closed as harmless: that does not speak for trouble."""

from __future__ import annotations

import pytest

from bot.domain.events import MarkedFalsePositive, draft, slack_user
from bot.domain.verdict import verdict
from tests import records
from tests.service.test_same_keys import Bench, new_anchor


@pytest.fixture
def bench() -> Bench:
    """A disk without any case."""
    return Bench()


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("false_positive",), "same_key_harmless"),
        (("false_positive", "benign_positive"), "same_key_harmless"),
        (("false_positive", None), "same_key_elsewhere"),
        (("false_positive", "duplicate"), "same_key_elsewhere"),
        (("false_positive", "true_positive"), "same_key_elsewhere"),
    ],
)
async def test_only_what_all_was_closed_as_harmless_does_not_speak_for_trouble(
    bench: Bench, states: tuple[str | None, ...], code: str
) -> None:
    """One case that is open, a duplicate or a true positive is enough to do so."""
    for state in states:
        older = await bench.detect()
        if state is not None:
            await bench.append(older, draft(MarkedFalsePositive("Ours.", state), slack_user("U1")))
    case = bench.case(await bench.detect())
    assert case.flags[0].code == code
    weighed = verdict(case.flags, ())
    assert (code in [one.code for one in weighed.against]) is (code == "same_key_harmless")
    assert (code in [one.code for one in weighed.for_trouble]) is (code == "same_key_elsewhere")


async def test_a_key_beside_the_known_one_is_not_harmless(bench: Bench) -> None:
    """Somebody may have put a key of their own into a bundle that was judged before."""
    older = await bench.detect()
    await bench.append(older, draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    slipped_in = records.make_ca("CN=Slipped In", key="rsa-2048")
    both = records.bundle_source(f"{records.make_ca()}{slipped_in}")
    case = bench.case(await bench.detect(new_anchor(both)))
    assert case.flags[0].code == "same_key_elsewhere"


async def test_a_newer_event_says_anew_how_the_other_cases_stand(bench: Bench) -> None:
    """What was said when the other was open gives way, in either direction."""
    older, record = await bench.detect(), new_anchor()
    newer = await bench.detect(record)
    await bench.append(older, draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    await bench.detect(record | {"eventID": "again", "eventName": "UpdateTrustAnchor"})
    assert bench.said(newer) == [f"The same public key was seen elsewhere: case {older} (false positive)."]

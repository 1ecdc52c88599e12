"""The second labelled set, written by other hands from the rule's text: every field of every event as labelled."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.scores.second_forms import DOCUMENT_FORMS, RECORD_FORMS, java_text
from tests.scores.second_records import Wanted
from tests.scores.second_score import Compared, clear_answers, compare
from tests.scores.second_set import second_set
from tests.scores.tally import Tally


@pytest.fixture(scope="module")
def compared() -> tuple[Compared, ...]:
    """The whole set with what the command prints."""
    return compare(second_set())


def test_the_set_is_wide() -> None:
    """Every form is there with every case, no event twice, and each answer is asked for clearly and often."""
    bodies = list(second_set())
    assert {body.form for body in bodies} == {*RECORD_FORMS, *DOCUMENT_FORMS, "as it is"}
    assert len({body.line for body in bodies}) == len(bodies) > 3_000
    labels = [one.answer for body in bodies for one in body.wanted if isinstance(one, Wanted)]
    assert min(Counter(answer for answer in labels if len(answer) == 1).values()) > 500


def test_everything_printed_is_as_labelled(compared: tuple[Compared, ...]) -> None:
    """Rule, answer, ids, names, type and certificates: none differs in any form of any case."""
    assert [(one.body.name, one.body.form, one.differences) for one in compared if one.differences] == []


def test_the_published_rule_is_not_as_good(compared: tuple[Compared, ...]) -> None:
    """The set holds what each version is known to miss, so it is no set that anybody would pass."""
    tally = Tally()
    for said in clear_answers(compared):
        tally.add(said)
    assert tally.right[0] < tally.right[2]
    assert tally.right[1] < tally.right[2] == tally.events


def test_a_wrong_label_is_found() -> None:
    """The comparison sees a difference where there is one."""
    first, second = (body for body, _ in zip(second_set(), range(2), strict=False))
    swapped = compare([type(first)(first.group, first.name, first.form, second.line, first.wanted)])
    assert swapped[0].differences != ()


def test_the_map_text_is_as_java_prints_it() -> None:
    """The order of the keys is that of Java's table, as in a document that the integration made."""
    source = {"sourceData": {"acmPcaArn": "a"}, "sourceType": "AWS_ACM_PCA"}
    request = {"enabled": False, "name": "n", "source": source}
    assert java_text(request) == "{name=n, source={sourceType=AWS_ACM_PCA, sourceData={acmPcaArn=a}}, enabled=false}"
    setting = {"channel": "ALL", "configuredBy": "r", "enabled": True, "event": "E", "threshold": 45}
    assert java_text([setting]) == "[{channel=ALL, threshold=45, configuredBy=r, event=E, enabled=true}]"

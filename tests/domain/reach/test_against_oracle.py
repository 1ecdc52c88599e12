"""The verdicts against a second reading of IAM's rules, over every request of small worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.reach.freedom import Freedom
from bot.domain.reach.verdicts import PolicyVerdict, Verdict, judge_policy
from tests.domain.reach.iam_oracle import gets_in
from tests.domain.reach.policies import ANCHOR
from tests.domain.reach.small_worlds import NOW, WORLDS, policies, requests

# A key that nobody knows, and names that the service may write otherwise than we think.
_NOT_ALWAYS_KNOWN = {"agent", "identity", "session"}


def judged(policy: Mapping[str, Any]) -> PolicyVerdict:
    """Our verdict, for a profile as AWS makes it."""
    return judge_policy(policy, Freedom(ANCHOR, now=datetime.fromisoformat(NOW)))


def opposing(policy: Mapping[str, Any], world: Sequence[str], verdict: Verdict) -> Iterator[set[bool | None]]:
    """The oracle's answers for each certificate, until they decide."""
    for alternatives in requests(world):
        said = {gets_in(policy, one) for one in alternatives}
        yield said
        if said == {True} or (verdict is Verdict.NOT_USABLE and True in said):
            return


@pytest.mark.parametrize("world", WORLDS, ids=" ".join)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_usable_is_what_some_certificate_gets(world: list[str], data: st.DataObject) -> None:
    """Usable means that a certificate gets all three actions, not usable that none does; we say which."""
    policy = data.draw(policies(world))
    verdict = judged(policy).verdict
    said = list(opposing(policy, world, verdict))
    if verdict is Verdict.USABLE:
        assert {True} in said
    elif verdict is Verdict.NOT_USABLE:
        assert not any(True in one for one in said)
    else:
        assert _NOT_ALWAYS_KNOWN & set(world) or "${aws:PrincipalTag" in str(policy)

"""What a responder is told about an event: true, plain, worst first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.detection import Actor, Anchor, Detection, SourceType
from bot.domain.red_flags import red_flags

HAPPENED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CALM = Detection(
    event_id="e",
    event_name="CreateTrustAnchor",
    event_source="rolesanywhere.amazonaws.com",
    happened_at=HAPPENED_AT,
    account="123456789012",
    region="eu-central-1",
    form="cloudtrail",
    actor=Actor(kind="AssumedRole", access_key_id="ASIAEXAMPLE", mfa=True, via="console", user_agent="Mozilla/5.0"),
    anchor=Anchor(source_type=SourceType.CERTIFICATE_BUNDLE, enabled=True, certificates_pem=("pem",)),
)
NO_CERTIFICATES = CaFacts()
FRESH = Certificate(
    subject="CN=x",
    issuer="CN=x",
    serial_hex="1",
    sha256="a" * 64,
    spki_sha256="b" * 64,
    not_before=HAPPENED_AT - timedelta(minutes=5),
    not_after=HAPPENED_AT + timedelta(days=365),
    key_type="RSA",
    key_bits=2048,
    signature_algorithm="sha256WithRSAEncryption",
    is_ca=True,
    self_issued=True,
    self_signed=True,
)


def codes(detection: Detection, facts: CaFacts = NO_CERTIFICATES) -> list[str]:
    """The codes of the flags, in order."""
    return [flag.code for flag in red_flags(detection, facts)]


def actor(**changes: object) -> Detection:
    """The calm event with another actor."""
    return replace(CALM, actor=replace(CALM.actor, **changes))  # type: ignore[arg-type]


def anchor(**changes: object) -> Detection:
    """The calm event with another anchor."""
    return replace(CALM, anchor=replace(CALM.anchor, **changes))  # type: ignore[arg-type]


def test_a_calm_event_has_no_flags() -> None:
    """Nothing odd, nothing said."""
    assert codes(CALM) == []


@pytest.mark.parametrize(
    ("detection", "code"),
    [
        (actor(kind="Root"), "root_user"),
        (actor(mfa=False), "no_mfa"),
        (actor(access_key_id="AKIAEXAMPLE"), "long_lived_key"),
        (actor(via="service"), "made_by_service"),
        (actor(user_agent="stratus-red-team_5f3a"), "pentest_tool"),
        (actor(user_agent="Boto3/1.40 os/linux#6.12-kali1-amd64"), "pentest_tool"),
        (anchor(held_private_key=True), "private_key_in_bundle"),
        (anchor(source_type=SourceType.UNKNOWN), "unknown_source_type"),
        (anchor(source_type=SourceType.UNKNOWN, source_type_text="NEW"), "unknown_source_type"),
        (anchor(source_type=SourceType.SELF_SIGNED_REPOSITORY), "undocumented_source_type"),
        (anchor(source_type=SourceType.AWS_ACM_PCA), "contradicting_source"),
        (anchor(enabled=False), "anchor_disabled"),
        (anchor(name="h\u0430rbour-ci"), "strange_name"),
        (anchor(name="harbour\u200b-ci"), "strange_name"),
        (replace(anchor(enabled=False), event_name="UpdateTrustAnchor"), "anchor_disabled"),
        (replace(CALM, missing=("the region",)), "incomplete_report"),
    ],
)
def test_each_oddity_is_one_flag(detection: Detection, code: str) -> None:
    """One odd thing gives exactly its own flag, in a short sentence without jargon or verdict."""
    (flag,) = red_flags(detection, NO_CERTIFICATES)
    assert flag.code == code
    assert flag.sentence.endswith(".")
    assert len(flag.sentence) <= 100
    assert not re.search(r"attack|safe|malicious|compromis", flag.sentence, re.IGNORECASE)


@pytest.mark.parametrize(
    "detection",
    [
        actor(mfa=None),
        actor(user_agent="capacuity/1.0"),
        actor(user_agent=None),
        actor(access_key_id=None),
        anchor(enabled=None),
    ],
)
def test_what_is_not_known_is_not_claimed(detection: Detection) -> None:
    """No word about MFA, state or tools where the event does not say, or where a word only looks like one."""
    assert codes(detection) == []


def test_what_is_missing_is_listed() -> None:
    """The sentence names each gap."""
    (flag,) = red_flags(replace(CALM, missing=("the region", "the user agent")), NO_CERTIFICATES)
    assert flag.sentence == "The report does not give: the region; the user agent."


def test_the_worst_comes_first_and_certificates_last() -> None:
    """The event's own flags stand before those of its certificates, in one fixed order."""
    worst = replace(
        CALM,
        actor=Actor(kind="Root", access_key_id="AKIAX", mfa=False, via="service", user_agent="pacu"),
        anchor=Anchor(held_private_key=True, enabled=False),
        missing=("the region",),
    )
    assert codes(worst, CaFacts((FRESH,))) == [
        "private_key_in_bundle",
        "unknown_source_type",
        "root_user",
        "pentest_tool",
        "long_lived_key",
        "no_mfa",
        "made_by_service",
        "anchor_disabled",
        "incomplete_report",
        "fresh_ca",
        "self_signed_ca",
    ]


@given(st.text(min_size=8, max_size=80))
def test_no_text_of_the_event_reaches_a_sentence(text: str) -> None:
    """Sentences are ours, so nothing that the caller wrote can speak through them."""
    marked = f"\u2603{text}\u2603"
    hostile = replace(
        CALM,
        actor=Actor(kind=marked, name=marked, user_agent=marked, arn=marked, invoked_by=marked, via="service"),
        anchor=Anchor(name=marked, source_type_text=marked),
    )
    assert all("\u2603" not in flag.sentence for flag in red_flags(hostile, NO_CERTIFICATES))

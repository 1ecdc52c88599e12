"""Disable Trust Anchor: the state that it shows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.action import Plan, Target
from handlers.disable_trust_anchor import ACTION
from tests.fakes.aws_samples import pem_of
from tests.fakes.fake_aws import FakeAws


def fingerprint(der: bytes) -> str:
    """How a certificate is shown."""
    return hashlib.sha256(der).hexdigest()


async def planned(aws: FakeAws, target: Target) -> Plan:
    """The plan from live AWS."""
    return await ACTION.plan(target, aws.reader(target, ACTION.permissions))


async def test_the_state_is_in_plain_words() -> None:
    """Everything that AWS says of an external CA is shown under stable names."""
    aws = FakeAws()
    target = aws.add_anchor(name="ci", pem=pem_of(b"root") + "a note\n" + pem_of(b"second"))
    anchor = aws.anchor(target)
    assert anchor is not None
    anchor["updatedAt"] = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)
    plan = await planned(aws, target)
    assert plan.state == {
        "enabled": "yes",
        "name": "ci",
        "source type": "CERTIFICATE_BUNDLE",
        "certificates": ",".join(sorted((fingerprint(b"root"), fingerprint(b"second")))),
        "changed at": "2026-11-22T03:04:05+00:00",
    }
    assert plan.calls == (f"rolesanywhere:DisableTrustAnchor trustAnchorId={target.anchor_id}",)


async def test_a_private_ca_is_shown_by_its_arn() -> None:
    """An anchor on ACM PCA has no certificates to show."""
    aws = FakeAws()
    source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "arn:aws:acm-pca:eu-west-1:1:x"}}
    plan = await planned(aws, aws.add_anchor(source=source))
    assert plan.state["ACM PCA"] == "arn:aws:acm-pca:eu-west-1:1:x"
    assert "certificates" not in plan.state


async def test_certificates_are_compared_and_not_their_text() -> None:
    """AWS writes PEM anew: other line lengths, order and text around it are no difference, other bytes are."""
    states = []
    for pem in (
        pem_of(b"a" * 90) + pem_of(b"b"),
        "text\n" + pem_of(b"b") + "\r\n" + pem_of(b"a" * 90).replace("\n", "\r\n"),
        pem_of(b"a" * 90) + pem_of(b"c"),
    ):
        aws = FakeAws()
        states.append((await planned(aws, aws.add_anchor(pem=pem))).state["certificates"])
    assert states[0] == states[1]
    assert states[0] != states[2]


async def test_what_is_not_base64_still_shows_when_it_changes() -> None:
    """Two blocks that are no certificates are told apart."""
    states = []
    for body in ("!!", "??"):
        aws = FakeAws()
        pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
        states.append((await planned(aws, aws.add_anchor(pem=pem))).state["certificates"])
    assert states[0] != states[1]


async def test_what_the_answer_does_not_have_is_left_out() -> None:
    """An answer made from the log may know the ARN only; unknown state is not shown, so it is not compared."""
    aws = FakeAws()
    target = aws.add_anchor()
    anchor = aws.anchor(target)
    assert anchor is not None
    kept: dict[str, Any] = {"trustAnchorArn": target.anchor_arn, "enabled": None, "updatedAt": None}
    anchor.clear()
    anchor.update(kept)
    assert (await planned(aws, target)).state == {}


async def test_a_trust_anchor_that_someone_deleted_lets_nobody_in() -> None:
    """Gone means contained, and the sentence says that it was not us."""
    aws = FakeAws()
    target = aws.add_anchor()
    plan = await planned(aws, target)
    await aws.actor(target, ["rolesanywhere:DeleteTrustAnchor"], session_name="x").call(
        "rolesanywhere", "DeleteTrustAnchor", trustAnchorId=target.anchor_id
    )
    verdict = await ACTION.verify(plan, aws.reader(target, ACTION.permissions))
    assert (verdict.done, verdict.state) == (True, {"exists": "no"})
    assert "someone deleted it" in verdict.sentence


async def test_a_change_between_two_plans_shows() -> None:
    """A swap of the CA under the same ARN changes the certificates and the time."""
    aws = FakeAws()
    target = aws.add_anchor()
    shown = await planned(aws, target)
    anchor = aws.anchor(target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = pem_of(b"another")
    anchor["updatedAt"] += timedelta(seconds=2)
    live = await planned(aws, target)
    assert {what for what in shown.state if shown.state[what] != live.state[what]} == {
        "certificates",
        "changed at",
    }

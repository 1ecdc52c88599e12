"""Is the CA ours: keys in the inventory and in earlier cases; what names claim proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from bot.adapters.x509 import read_certificates
from bot.domain.answer import Answer, Standing
from bot.domain.ca_facts import CaFacts
from bot.domain.detection import SourceType
from bot.domain.house import ApprovedCa, House
from bot.service.earlier_cases import EarlierCases
from bot.service.guide import is_it_ours
from tests.authorities import pem, sound_ca
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step
from tests.records import make_key

ROOT = sound_ca("CN=Harbour Root,O=Example Corp")
STRANGER = sound_ca("CN=Strange Root", key=make_key("rsa-2048"))
SIGNED = sound_ca(
    "CN=Harbour Issuing", key=make_key("rsa-2048"), issuer="CN=Harbour Root,O=Example Corp", issuer_key=make_key("ec")
)


def facts_of(*certificates: x509.Certificate) -> CaFacts:
    """The certificates as a case has them."""
    return read_certificates(tuple(pem(one) for one in certificates))


def approved(certificate: x509.Certificate, **more: Any) -> ApprovedCa:
    """An entry of the inventory for a certificate's key."""
    return ApprovedCa("Vendor PKI", facts_of(certificate).certificates[0].spki_sha256, "platform team", **more)


async def ours(
    desk: Desk,
    *bundle: x509.Certificate,
    live: tuple[x509.Certificate, ...] | None = None,
    inventory: tuple[ApprovedCa, ...] = (),
    **changes: Any,
) -> dict[str, Answer]:
    """The step's answers for a bundle; AWS has the same unless ``live`` says otherwise."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = pem(*(bundle if live is None else live))
    case = replace(await desk.case(), detections=(detection_of(desk.target),), ca=facts_of(*bundle))
    house = replace(House(approved_cas=inventory), **changes)
    return await ask_step(is_it_ours.STEP, case, desk.aws, house=house, earlier_cases=EarlierCases(desk.book))


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


@pytest.mark.parametrize(
    ("inventory", "code"),
    [
        ((approved(ROOT),), "ca_approved"),
        ((approved(ROOT, accounts=("111122223333",), regions=("eu-west-1",)),), "ca_approved"),
        ((approved(ROOT, regions=("us-east-1",)),), "ca_approved_elsewhere"),
        (
            (approved(ROOT, ends=detection_of(Desk().target).happened_at.date() - timedelta(days=1)),),
            "ca_approval_ended",
        ),
        ((approved(STRANGER),), "ca_unknown"),
    ],
)
async def test_the_key_decides(desk: Desk, inventory: tuple[ApprovedCa, ...], code: str) -> None:
    """Approved here, elsewhere, once, or not at all."""
    assert codes((await ours(desk, ROOT, inventory=inventory))["ca_inventory"]) == [code]


async def test_an_approval_in_slack_says_where_when_and_by_whom(desk: Desk) -> None:
    """An entry of the bot's own counts like one of the file, with its case, its time and its people."""
    at = detection_of(desk.target).happened_at
    own = approved(ROOT, case_id="AW-0000000000", approved_by=("U1", "U2"), approved_at=at)
    found = (await ours(desk, ROOT, inventory=(own,)))["ca_inventory"]
    assert codes(found) == ["ca_approved"]
    assert f"approved on {at:%Y-%m-%d %H:%M} UTC in case AW-0000000000" in found.sentence
    assert (found.people, found.signs[0].people) == (("U1", "U2"), ("U1", "U2"))


async def test_a_name_alone_is_not_approved(desk: Desk) -> None:
    """Another key under the approved CA's very name is unknown."""
    imitation = sound_ca("CN=Harbour Root,O=Example Corp", key=make_key("rsa-2048"))
    assert codes((await ours(desk, imitation, inventory=(approved(ROOT),)))["ca_inventory"]) == ["ca_unknown"]


async def test_an_approval_that_ends_soon_says_when(desk: Desk) -> None:
    """It counts, and its last day is named."""
    ends = desk.aws.time.date() + timedelta(days=3)
    found = (await ours(desk, ROOT, inventory=(approved(ROOT, ends=ends),)))["ca_inventory"]
    assert codes(found) == ["ca_approved"]
    assert f"ends on {ends}" in found.sentence


async def test_one_unknown_key_among_approved_ones_is_said_loudly(desk: Desk) -> None:
    """An approved CA covers nobody beside it."""
    found = (await ours(desk, ROOT, STRANGER, inventory=(approved(ROOT),)))["ca_inventory"]
    assert codes(found) == ["unknown_key_among_approved"]
    assert found.sentence.startswith("1 of 2 keys of the CA is not approved here")
    assert [line.rpartition(": ")[2] for line in found.lines] == ["approved here", "not in the inventory"]


async def test_a_key_that_an_approved_one_signed_is_milder(desk: Desk) -> None:
    """It still does not settle: only its own key does."""
    found = await ours(desk, ROOT, SIGNED, inventory=(approved(ROOT),))
    assert codes(found["ca_inventory"]) == ["ca_partly_approved"]
    both = (approved(ROOT), approved(SIGNED))
    assert codes((await ours(desk, ROOT, SIGNED, inventory=both))["ca_inventory"]) == ["ca_approved"]


async def test_a_certificate_that_claims_an_approved_issuer_is_not_vouched_for(desk: Desk) -> None:
    """The issuer's name without its signature counts for nothing."""
    claims = sound_ca(
        "CN=Harbour Issuing",
        key=make_key("rsa-2048"),
        issuer="CN=Harbour Root,O=Example Corp",
        issuer_key=make_key("rsa-3072"),
    )
    found = (await ours(desk, ROOT, claims, inventory=(approved(ROOT),)))["ca_inventory"]
    assert codes(found) == ["unknown_key_among_approved"]


async def test_what_can_not_be_read_is_not_approved(desk: Desk) -> None:
    """A bundle with a broken block is approved in part only."""
    case = replace(await desk.case(), detections=(detection_of(desk.target),), ca=read_certificates((pem(ROOT), "x")))
    house = House(approved_cas=(approved(ROOT),))
    assert codes((await ask_step(is_it_ours.STEP, case, desk.aws, house=house))["ca_inventory"]) == [
        "ca_partly_approved"
    ]


async def test_what_aws_has_now_counts_too(desk: Desk) -> None:
    """An approved CA in the report does not cover another one that took its place since."""
    found = (await ours(desk, ROOT, live=(STRANGER,), inventory=(approved(ROOT),)))["ca_inventory"]
    assert codes(found) == ["unknown_key_among_approved", "ca_changed"]
    assert found.facts["changed"] is True
    assert codes((await ours(desk, ROOT, live=(STRANGER,)))["ca_inventory"]) == ["ca_changed"]


async def test_a_report_that_is_not_whole_shows_no_change(desk: Desk) -> None:
    """AWS having more than a report that lacks a part of the bundle is no change."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = pem(ROOT, STRANGER)
    cut = replace(detection_of(desk.target), missing=("a part of the bundle",))
    case = replace(await desk.case(), detections=(cut,), ca=facts_of(ROOT))
    found = await ask_step(is_it_ours.STEP, case, desk.aws)
    assert codes(found["ca_inventory"]) == []


async def test_a_refused_list_leaves_the_report(desk: Desk) -> None:
    """Without AWS the report's certificates count, and the gap is named."""
    desk.aws.fail("rolesanywhere:ListTrustAnchors", "deny")
    found = (await ours(desk, ROOT, inventory=(approved(ROOT),)))["ca_inventory"]
    assert codes(found) == ["ca_approved"]
    assert any("has as its certificates now" in one for one in found.not_checked)


async def test_without_an_inventory_nothing_is_judged(desk: Desk) -> None:
    """Nobody's list is no list of unknown CAs."""
    found = (await ours(desk, ROOT))["ca_inventory"]
    assert (found.standing, found.signs) == (Standing.COULD_NOT_CHECK, ())


async def test_a_private_ca_has_no_certificates(desk: Desk) -> None:
    """Of AWS Private CA nothing was uploaded; of any other CA without certificates the questions stay open."""
    detection = detection_of(desk.target)
    private = replace(detection, anchor=replace(detection.anchor, source_type=SourceType.AWS_ACM_PCA))
    for seen, standing in ((private, Standing.DOES_NOT_APPLY), (detection, Standing.COULD_NOT_CHECK)):
        case = replace(await desk.case(), detections=(seen,))
        found = await ask_step(is_it_ours.STEP, case, desk.aws, house=House(approved_cas=(approved(ROOT),)))
        assert {found[one].standing for one in ("ca_inventory", "ca_organization", "ca_provider")} == {standing}


async def test_organizations_are_compared_and_prove_nothing(desk: Desk) -> None:
    """Ours, another's, and not known what ours is; no sign for any of them."""
    ours_by_name = (await ours(desk, ROOT, organization_names=("EXAMPLE corp",)))["ca_organization"]
    others = (await ours(desk, ROOT, organization_names=("Harbour",)))["ca_organization"]
    assert (ours_by_name.facts["ours"], others.facts["ours"]) == (True, False)
    assert ours_by_name.signs == others.signs == ()
    assert "Nobody has told" in (await ours(desk, ROOT))["ca_organization"].sentence


async def test_a_provider_is_a_guess(desk: Desk) -> None:
    """A name hints, and the sentence says that it proves nothing."""
    found = (await ours(desk, sound_ca("CN=Venafi Issuing CA")))["ca_provider"]
    assert found.facts["named"] == ["Venafi"]
    assert "unproven" in found.sentence

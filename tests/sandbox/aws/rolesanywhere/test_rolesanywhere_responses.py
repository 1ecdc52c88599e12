"""Roles Anywhere over real HTTP, through boto3."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.rogue_ca import make_rogue_ca

Source = dict[str, Any]
MISSING = "00000000-0000-4000-8000-000000000000"


def _code(refused: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def _bundle(pem: str) -> Source:
    return {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem}}


def test_created_anchor_has_real_arn_and_default_settings(anywhere: Any, pca_source: Source) -> None:
    """Creating answers 201 with an ARN of the real form and AWS's two default notification settings."""
    answer = anywhere.create_trust_anchor(name="corporate", source=pca_source, enabled=True)
    anchor = answer["trustAnchor"]
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch(rf"arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/{uuid}", anchor["trustAnchorArn"])
    assert anchor["source"] == pca_source
    assert [(s["event"], s["threshold"], s["configuredBy"]) for s in anchor["notificationSettings"]] == [
        ("CA_CERTIFICATE_EXPIRY", 45, "rolesanywhere.amazonaws.com"),
        ("END_ENTITY_CERTIFICATE_EXPIRY", 45, "rolesanywhere.amazonaws.com"),
    ]


def test_pem_is_written_anew_with_final_newline(anywhere: Any) -> None:
    """The service answers the certificate with a final newline that the request lacked."""
    pem = make_rogue_ca("Mine").pem
    anchor = anywhere.create_trust_anchor(name="mine", source=_bundle(pem.strip()))["trustAnchor"]
    assert anchor["source"]["sourceData"]["x509CertificateData"] == pem


def test_unparseable_certificate_is_refused(anywhere: Any) -> None:
    """A PEM that can't be read answers ValidationException and makes nothing."""
    with pytest.raises(ClientError) as refused:
        anywhere.create_trust_anchor(name="broken", source=_bundle("not a certificate"))
    assert _code(refused) == ("ValidationException", 400)
    assert anywhere.list_trust_anchors()["trustAnchors"] == []


def test_all_broken_constraints_are_named(anywhere: Any) -> None:
    """Length, pattern and enum, which boto3 does not check, are refused together by the server."""
    source = {"sourceType": "SOMETHING", "sourceData": {"acmPcaArn": "x"}}
    with pytest.raises(ClientError) as refused:
        anywhere.create_trust_anchor(name="a=b" * 100, source=source)
    message = refused.value.response["Error"]["Message"]
    assert message.startswith("3 validation errors detected")
    assert "enum value set: [AWS_ACM_PCA, CERTIFICATE_BUNDLE, SELF_SIGNED_REPOSITORY]" in message


def test_source_type_must_fit_its_data(anywhere: Any) -> None:
    """A certificate bundle that names a private CA's ARN is refused."""
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"acmPcaArn": "arn:aws:acm-pca:x"}}
    with pytest.raises(ClientError) as refused:
        anywhere.create_trust_anchor(name="mixed", source=source)
    assert _code(refused) == ("ValidationException", 400)


def test_anchor_life(anywhere: Any, pca_source: Source) -> None:
    """Disable, enable and delete change exactly what they say, and delete answers the last sight of the source."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source, enabled=True)["trustAnchor"]
    named = {"trustAnchorId": anchor["trustAnchorId"]}
    assert anywhere.disable_trust_anchor(**named)["trustAnchor"]["enabled"] is False
    assert anywhere.get_trust_anchor(**named)["trustAnchor"]["enabled"] is False
    assert anywhere.enable_trust_anchor(**named)["trustAnchor"]["enabled"] is True
    assert anywhere.delete_trust_anchor(**named)["trustAnchor"]["source"] == pca_source
    with pytest.raises(ClientError) as refused:
        anywhere.get_trust_anchor(**named)
    assert _code(refused) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize("operation", ["get", "disable", "enable", "delete", "update"])
def test_missing_anchor_is_not_found(anywhere: Any, operation: str) -> None:
    """Every operation on an anchor that is not there answers ResourceNotFoundException."""
    with pytest.raises(ClientError) as refused:
        getattr(anywhere, f"{operation}_trust_anchor")(trustAnchorId=MISSING)
    assert _code(refused) == ("ResourceNotFoundException", 404)


def test_update_swaps_the_ca_under_the_same_arn(anywhere: Any, pca_source: Source) -> None:
    """UpdateTrustAnchor replaces a private CA by a bundle and keeps id and ARN."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source)["trustAnchor"]
    pem = make_rogue_ca("Mine").pem
    changed = anywhere.update_trust_anchor(trustAnchorId=anchor["trustAnchorId"], source=_bundle(pem))["trustAnchor"]
    assert changed["trustAnchorArn"] == anchor["trustAnchorArn"]
    assert changed["source"] == _bundle(pem)
    assert changed["name"] == "one"


def test_refused_update_changes_nothing(anywhere: Any, pca_source: Source) -> None:
    """When the new source is refused, name and source stay as they were."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source)["trustAnchor"]
    with pytest.raises(ClientError):
        anywhere.update_trust_anchor(trustAnchorId=anchor["trustAnchorId"], name="two", source=_bundle("broken"))
    kept = anywhere.get_trust_anchor(trustAnchorId=anchor["trustAnchorId"])["trustAnchor"]
    assert (kept["name"], kept["source"]) == ("one", pca_source)


def test_arn_and_alias_arn_name_an_anchor(anywhere: Any, pca_source: Source) -> None:
    """An anchor is found by its ARN and by its alias ARN, whose slashes travel encoded in the path."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source, aliasName="team/one")["trustAnchor"]
    assert anchor["aliasArn"].endswith(":alias/trust-anchor/team/one")
    for identifier in (anchor["trustAnchorArn"], anchor["aliasArn"]):
        assert anywhere.disable_trust_anchor(trustAnchorId=identifier)["trustAnchor"]["name"] == "one"
    with pytest.raises(ClientError) as refused:
        anywhere.create_trust_anchor(name="two", source=pca_source, aliasName="team/one")
    assert _code(refused) == ("ValidationException", 400)


def test_pages_hold_every_anchor_once(anywhere: Any, pca_source: Source) -> None:
    """Walking the pages with a size of two shows five anchors once each, in the order of creation."""
    names = [f"anchor-{number}" for number in range(5)]
    for name in names:
        anywhere.create_trust_anchor(name=name, source=pca_source)
    pages = list(anywhere.get_paginator("list_trust_anchors").paginate(pageSize=2))
    assert [len(page["trustAnchors"]) for page in pages] == [2, 2, 1]
    assert [anchor["name"] for page in pages for anchor in page["trustAnchors"]] == names


def test_foreign_page_token_is_refused(anywhere: Any) -> None:
    """A token that the service did not make answers ValidationException."""
    with pytest.raises(ClientError) as refused:
        anywhere.list_trust_anchors(nextToken="bm90IG91cnM=")
    assert _code(refused) == ("ValidationException", 400)


def test_regions_are_separate(anywhere: Any, once: Any, endpoint: str, pca_source: Source) -> None:
    """An anchor of one Region is not seen in another."""
    anywhere.create_trust_anchor(name="one", source=pca_source)
    elsewhere = once("rolesanywhere", endpoint, region="eu-central-1")
    assert elsewhere.list_trust_anchors()["trustAnchors"] == []
    assert len(anywhere.list_trust_anchors()["trustAnchors"]) == 1


def test_notification_settings_can_be_changed_and_reset(anywhere: Any, pca_source: Source) -> None:
    """A changed setting names the account as its author, and reset brings AWS's own back."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source)["trustAnchor"]
    event = "CA_CERTIFICATE_EXPIRY"
    changed = anywhere.put_notification_settings(
        trustAnchorId=anchor["trustAnchorId"], notificationSettings=[{"enabled": False, "event": event}]
    )["trustAnchor"]["notificationSettings"][0]
    assert (changed["enabled"], changed["configuredBy"]) == (False, "123456789012")
    reset = anywhere.reset_notification_settings(
        trustAnchorId=anchor["trustAnchorId"], notificationSettingKeys=[{"event": event}]
    )["trustAnchor"]
    assert reset["notificationSettings"] == anchor["notificationSettings"]


def test_tags_come_and_go(anywhere: Any, pca_source: Source) -> None:
    """Tags set at creation, added and removed are what ListTagsForResource answers."""
    tag = {"key": "owner", "value": "pki"}
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source, tags=[tag])["trustAnchor"]
    arn = {"resourceArn": anchor["trustAnchorArn"]}
    anywhere.tag_resource(**arn, tags=[{"key": "stage", "value": "prod"}])
    anywhere.untag_resource(**arn, tagKeys=["owner"])
    assert anywhere.list_tags_for_resource(**arn)["tags"] == [{"key": "stage", "value": "prod"}]


def test_too_many_tags_are_refused(anywhere: Any, pca_source: Source) -> None:
    """The 201st tag of a resource answers TooManyTagsException."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source)["trustAnchor"]
    arn = anchor["trustAnchorArn"]
    anywhere.tag_resource(resourceArn=arn, tags=[{"key": f"k{n}", "value": ""} for n in range(200)])
    with pytest.raises(ClientError) as refused:
        anywhere.tag_resource(resourceArn=arn, tags=[{"key": "one more", "value": ""}])
    assert _code(refused) == ("TooManyTagsException", 400)


def test_sensitive_value_is_not_repeated(anywhere: Any, pca_source: Source) -> None:
    """The refusal of a bad tag does not print the tag, which the model calls sensitive."""
    with pytest.raises(ClientError) as refused:
        anywhere.create_trust_anchor(name="one", source=pca_source, tags=[{"key": "secret{}", "value": ""}])
    assert "secret{}" not in refused.value.response["Error"]["Message"]


def test_profile_life(anywhere: Any) -> None:
    """A profile starts with AWS's defaults, changes only what is named, and can be switched and deleted."""
    role = "arn:aws:iam::123456789012:role/agent"
    made = anywhere.create_profile(name="agents", roleArns=[role], enabled=True)["profile"]
    assert (made["durationSeconds"], made["acceptRoleSessionName"]) == (3600, False)
    assert [mapping["certificateField"] for mapping in made["attributeMappings"]] == [
        "x509Issuer",
        "x509SAN",
        "x509Subject",
    ]
    named = {"profileId": made["profileId"]}
    changed = anywhere.update_profile(**named, durationSeconds=43200)["profile"]
    assert (changed["durationSeconds"], changed["roleArns"], changed["name"]) == (43200, [role], "agents")
    assert anywhere.disable_profile(**named)["profile"]["enabled"] is False
    assert anywhere.enable_profile(**named)["profile"]["enabled"] is True
    assert anywhere.delete_profile(**named)["profile"]["roleArns"] == [role]
    assert anywhere.list_profiles()["profiles"] == []


def test_profile_duration_is_bounded(anywhere: Any) -> None:
    """More than twelve hours is refused by the server."""
    with pytest.raises(ClientError) as refused:
        anywhere.create_profile(name="agents", roleArns=[], durationSeconds=43201)
    assert "less than or equal to 43200" in refused.value.response["Error"]["Message"]


def test_attribute_mapping_can_be_dropped(anywhere: Any) -> None:
    """Dropping one specifier keeps the others, dropping a field removes it."""
    profile = anywhere.create_profile(name="agents", roleArns=[])["profile"]
    named = {"profileId": profile["profileId"]}
    kept = anywhere.delete_attribute_mapping(**named, certificateField="x509SAN", specifiers=["URI"])["profile"]
    fields = {mapping["certificateField"]: mapping["mappingRules"] for mapping in kept["attributeMappings"]}
    assert fields["x509SAN"] == [{"specifier": "DNS"}, {"specifier": "Name/*"}]
    kept = anywhere.delete_attribute_mapping(**named, certificateField="x509Issuer")["profile"]
    assert "x509Issuer" not in {mapping["certificateField"] for mapping in kept["attributeMappings"]}


def test_subjects_are_empty_before_the_first_session(anywhere: Any) -> None:
    """Nobody has authenticated in a new account."""
    assert anywhere.list_subjects()["subjects"] == []
    with pytest.raises(ClientError) as refused:
        anywhere.get_subject(subjectId=MISSING)
    assert _code(refused) == ("ResourceNotFoundException", 404)

"""The state of Roles Anywhere in one account and Region."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, TypeVar

from cryptography import x509
from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.tagging_service import TaggingService

from .ca_certificates import accept_bundle, read_crl
from .exceptions import ResourceNotFoundException, TooManyTagsException, ValidationException
from .resources import Crl, Profile, Resource, Subject, TrustAnchor

# How many resources a page holds when the caller does not say; the service documents no number.
DEFAULT_PAGE_SIZE = 50
# See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TagResource.html
MAX_TAGS = 200
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
MAX_CRLS = 2

_DATA_MEMBER = {
    "AWS_ACM_PCA": "acmPcaArn",
    "CERTIFICATE_BUNDLE": "x509CertificateData",
    "SELF_SIGNED_REPOSITORY": "x509CertificateData",
}
R = TypeVar("R", bound=Resource)


class RolesAnywhereBackend(BaseBackend):
    """Trust anchors, profiles, subjects, revocation lists and their tags, each in the order of creation."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.trust_anchors: dict[str, TrustAnchor] = {}
        self.profiles: dict[str, Profile] = {}
        self.subjects: dict[str, Subject] = {}
        self.crls: dict[str, Crl] = {}
        self.tagger = TaggingService(key_name="key", value_name="value")

    @property
    def arn_base(self) -> str:
        """The part of an ARN before the resource."""
        return f"arn:{self.partition}:rolesanywhere:{self.region_name}:{self.account_id}"

    def create_trust_anchor(self, request: dict[str, Any]) -> TrustAnchor:
        """Make a trust anchor after its certificates have passed."""
        source = _accepted_source(request["source"])
        _check_keys(request.get("tags", []))
        self._check_alias(self.trust_anchors.values(), request.get("aliasName"))
        anchor = TrustAnchor(self.arn_base, {**request, "source": source})
        self.trust_anchors[anchor.id] = anchor
        self._tag_new(anchor, request)
        return anchor

    def update_trust_anchor(self, identifier: str, request: dict[str, Any]) -> tuple[TrustAnchor, str | None]:
        """Change name, source or alias in place; the ARN stays. Also answers the alias that was replaced."""
        anchor = self.trust_anchor(identifier)
        source = _accepted_source(request["source"]) if "source" in request else anchor.source
        previous = self._change_alias(self.trust_anchors.values(), anchor, request)
        anchor.source = source
        anchor.name = request.get("name", anchor.name)
        if "crlDpRevocationEnabled" in request:
            anchor.crl_dp_revocation_enabled = request["crlDpRevocationEnabled"]
        anchor.touch()
        return anchor, previous

    def trust_anchor(self, identifier: str) -> TrustAnchor:
        """Find a trust anchor by id, ARN or alias ARN."""
        return _find(self.trust_anchors.values(), identifier, "Trust anchor")

    def delete_trust_anchor(self, identifier: str) -> TrustAnchor:
        """Remove a trust anchor and its tags; nothing brings it back under the same ARN."""
        anchor = self.trust_anchors.pop(self.trust_anchor(identifier).id)
        self.tagger.delete_all_tags_for_resource(anchor.arn)
        return anchor

    def create_profile(self, request: dict[str, Any], created_by: str) -> Profile:
        """Make a profile; `created_by` is the caller's ARN."""
        _check_keys(request.get("tags", []))
        self._check_alias(self.profiles.values(), request.get("aliasName"))
        profile = Profile(self.arn_base, request, created_by)
        self.profiles[profile.id] = profile
        self._tag_new(profile, request)
        return profile

    def update_profile(self, identifier: str, request: dict[str, Any]) -> tuple[Profile, str | None]:
        """Change the members that the request names. Also answers the alias that was replaced."""
        profile = self.profile(identifier)
        previous = self._change_alias(self.profiles.values(), profile, request)
        profile.name = request.get("name", profile.name)
        profile.change(request)
        profile.touch()
        return profile, previous

    def profile(self, identifier: str) -> Profile:
        """Find a profile by id, ARN or alias ARN."""
        return _find(self.profiles.values(), identifier, "Profile")

    def delete_profile(self, identifier: str) -> Profile:
        """Remove a profile and its tags."""
        profile = self.profiles.pop(self.profile(identifier).id)
        self.tagger.delete_all_tags_for_resource(profile.arn)
        return profile

    def import_crl(self, request: dict[str, Any]) -> Crl:
        """Take in a revocation list of one of the trust anchors."""
        anchor = self.trust_anchor(request["trustAnchorArn"])
        read_crl(request["crlData"])
        _check_keys(request.get("tags", []))
        if sum(crl.trust_anchor_arn == anchor.arn for crl in self.crls.values()) >= MAX_CRLS:
            raise ValidationException(f"A trust anchor can have at most {MAX_CRLS} CRLs")
        crl = Crl(self.arn_base, request)
        self.crls[crl.id] = crl
        self._tag_new(crl, request)
        return crl

    def update_crl(self, identifier: str, request: dict[str, Any]) -> Crl:
        """Change name or list."""
        crl = self.crl(identifier)
        crl.name = request.get("name", crl.name)
        if "crlData" in request:
            read_crl(request["crlData"])
            crl.data = request["crlData"]
        crl.touch()
        return crl

    def crl(self, identifier: str) -> Crl:
        """Find a revocation list by id."""
        return _find(self.crls.values(), identifier, "CRL")

    def is_revoked(self, anchor_arn: str, leaf: x509.Certificate) -> bool:
        """Whether an enabled list of the trust anchor names the certificate."""
        lists = [crl for crl in self.crls.values() if crl.enabled and crl.trust_anchor_arn == anchor_arn]
        return any(
            read_crl(crl.data).get_revoked_certificate_by_serial_number(leaf.serial_number) is not None for crl in lists
        )

    def subject(self, identifier: str) -> Subject:
        """Find a subject by id."""
        return _find(self.subjects.values(), identifier, "Subject")

    def saw_subject(self, x509_subject: str, credential: dict[str, Any]) -> Subject:
        """Note an authentication: subjects come into being with their first one."""
        known = [subject for subject in self.subjects.values() if subject.x509_subject == x509_subject]
        subject = known[0] if known else Subject(self.arn_base, x509_subject)
        self.subjects[subject.id] = subject
        subject.saw(credential)
        return subject

    def tags(self, arn: str) -> list[dict[str, str]]:
        """The tags of a resource."""
        self._must_exist(arn)
        return list(self.tagger.list_tags_for_resource(arn)["Tags"])

    def tag(self, arn: str, tags: list[dict[str, str]]) -> None:
        """Add or replace tags, up to 200 a resource."""
        self._must_exist(arn)
        _check_keys(tags)
        keys = set(self.tagger.get_tag_dict_for_resource(arn)) | {tag["key"] for tag in tags}
        if len(keys) > MAX_TAGS:
            raise TooManyTagsException(f"Too many tags: a resource can have at most {MAX_TAGS}")
        self.tagger.tag_resource(arn, tags)

    def untag(self, arn: str, keys: list[str]) -> None:
        """Remove tags by their keys."""
        self._must_exist(arn)
        self.tagger.untag_resource_using_names(arn, keys)

    def _must_exist(self, arn: str) -> None:
        _find([*self.trust_anchors.values(), *self.profiles.values(), *self.crls.values()], arn, "Resource")

    def _tag_new(self, resource: Resource, request: dict[str, Any]) -> None:
        if request.get("tags"):
            self.tagger.tag_resource(resource.arn, request["tags"])

    def _check_alias(self, taken: Iterable[Resource], alias: str | None) -> None:
        if alias and alias.lower().startswith("aws/"):
            raise ValidationException(f"Alias name {alias} is reserved")
        if alias and any(resource.alias == alias for resource in taken):
            raise ValidationException(f"Alias name {alias} is already in use")

    def _change_alias(self, all_of_kind: Iterable[Resource], resource: Resource, request: dict[str, Any]) -> str | None:
        if "aliasName" not in request or (request["aliasName"] or None) == resource.alias:
            return None
        self._check_alias(all_of_kind, request["aliasName"])
        previous, resource.alias = resource.alias, request["aliasName"] or None
        return previous


def _check_keys(tags: list[dict[str, str]]) -> None:
    """Keys that begin with `aws:` are AWS's own, in whatever case of letters."""
    if any(tag["key"].lower().startswith("aws:") for tag in tags):
        raise ValidationException("Tag keys that begin with aws: are reserved")


def page(resources: Iterable[R], page_size: int | None, next_token: str | None) -> tuple[list[R], str | None]:
    """One page in the order of creation, and the token of the next, None on the last.

    Raises:
        ValidationException: When the size is below 1 or the token is not one of ours.
    """
    size = DEFAULT_PAGE_SIZE if page_size is None else page_size
    if size < 1:
        raise ValidationException("pageSize must be greater than or equal to 1")
    remaining = list(resources)
    if next_token is not None:
        ids = [resource.id for resource in remaining]
        last_seen = _read_token(next_token)
        if last_seen not in ids:
            raise ValidationException("Invalid nextToken")
        remaining = remaining[ids.index(last_seen) + 1 :]
    chosen, rest = remaining[:size], remaining[size:]
    return chosen, base64.urlsafe_b64encode(chosen[-1].id.encode()).decode() if rest else None


def _read_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError) as foreign:
        raise ValidationException("Invalid nextToken") from foreign


def _find(resources: Iterable[R], identifier: str, title: str) -> R:
    for resource in resources:
        if identifier in (resource.id, resource.arn, resource.alias_arn):
            return resource
    raise ResourceNotFoundException(f"{title} {identifier} was not found")


def _accepted_source(source: dict[str, Any]) -> dict[str, Any]:
    kind, data = source.get("sourceType"), source.get("sourceData") or {}
    if kind is None or not data:
        raise ValidationException("A source needs both sourceType and sourceData")
    if _DATA_MEMBER[kind] not in data:
        raise ValidationException(f"Source type {kind} needs sourceData.{_DATA_MEMBER[kind]}")
    if kind != "AWS_ACM_PCA":
        return {"sourceType": kind, "sourceData": {"x509CertificateData": accept_bundle(data["x509CertificateData"])}}
    if ":acm-pca:" not in data["acmPcaArn"] or ":certificate-authority/" not in data["acmPcaArn"]:
        raise ValidationException("Invalid ACM PCA ARN")
    return {"sourceType": kind, "sourceData": {"acmPcaArn": data["acmPcaArn"]}}


rolesanywhere_backends = BackendDict(RolesAnywhereBackend, "rolesanywhere")

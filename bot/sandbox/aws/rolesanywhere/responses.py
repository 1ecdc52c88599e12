"""One method an operation: check the request against the model, call the backend, shape the answer."""

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import get_service_model
from moto.sts.models import sts_backends

from .constraints import check_request
from .models import RolesAnywhereBackend, page, rolesanywhere_backends
from .resources import Crl, Profile, Resource, TrustAnchor


class RolesAnywhereResponse(BaseResponse):
    """The operations of Roles Anywhere on trust anchors, profiles, subjects and tags.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Operations.html
    """

    def __init__(self) -> None:
        super().__init__(service_name="rolesanywhere")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> RolesAnywhereBackend:
        """The state of the caller's account in the Region of the request."""
        return rolesanywhere_backends[self.current_account][self.region]

    def _request(self) -> dict[str, Any]:
        operation = get_service_model("rolesanywhere").operation_model(self._get_action())
        request: dict[str, Any] = dict(self.params)
        check_request(operation.input_shape, request)
        return request

    def _caller_arn(self) -> str:
        backend = sts_backends[self.current_account][self.partition]
        return backend.get_caller_identity(self.get_access_key(), self.region)[1]

    def create_trust_anchor(self) -> ActionResult:
        """CreateTrustAnchor."""
        return _anchor(self.backend.create_trust_anchor(self._request()))

    def get_trust_anchor(self) -> ActionResult:
        """GetTrustAnchor."""
        return _anchor(self.backend.trust_anchor(self._request()["trustAnchorId"]))

    def list_trust_anchors(self) -> ActionResult:
        """ListTrustAnchors."""
        return self._page("trustAnchors", self.backend.trust_anchors.values())

    def update_trust_anchor(self) -> ActionResult:
        """UpdateTrustAnchor."""
        request = self._request()
        return _anchor(*self.backend.update_trust_anchor(request["trustAnchorId"], request))

    def delete_trust_anchor(self) -> ActionResult:
        """DeleteTrustAnchor; the answer is the last sight of its certificates."""
        return _anchor(self.backend.delete_trust_anchor(self._request()["trustAnchorId"]))

    def enable_trust_anchor(self) -> ActionResult:
        """EnableTrustAnchor."""
        return self._switch_anchor(enabled=True)

    def disable_trust_anchor(self) -> ActionResult:
        """DisableTrustAnchor."""
        return self._switch_anchor(enabled=False)

    def _switch_anchor(self, *, enabled: bool) -> ActionResult:
        anchor = self.backend.trust_anchor(self._request()["trustAnchorId"])
        anchor.enabled = enabled
        anchor.touch()
        return _anchor(anchor)

    def put_notification_settings(self) -> ActionResult:
        """PutNotificationSettings."""
        request = self._request()
        anchor = self.backend.trust_anchor(request["trustAnchorId"])
        anchor.put_settings(request["notificationSettings"], configured_by=self.current_account)
        anchor.touch()
        return _anchor(anchor)

    def reset_notification_settings(self) -> ActionResult:
        """ResetNotificationSettings."""
        request = self._request()
        anchor = self.backend.trust_anchor(request["trustAnchorId"])
        anchor.reset_settings([key["event"] for key in request["notificationSettingKeys"]])
        anchor.touch()
        return _anchor(anchor)

    def create_profile(self) -> ActionResult:
        """CreateProfile."""
        return _profile(self.backend.create_profile(self._request(), self._caller_arn()))

    def get_profile(self) -> ActionResult:
        """GetProfile."""
        return _profile(self.backend.profile(self._request()["profileId"]))

    def list_profiles(self) -> ActionResult:
        """ListProfiles."""
        return self._page("profiles", self.backend.profiles.values())

    def update_profile(self) -> ActionResult:
        """UpdateProfile."""
        request = self._request()
        return _profile(*self.backend.update_profile(request["profileId"], request))

    def delete_profile(self) -> ActionResult:
        """DeleteProfile."""
        return _profile(self.backend.delete_profile(self._request()["profileId"]))

    def enable_profile(self) -> ActionResult:
        """EnableProfile."""
        return self._switch_profile(enabled=True)

    def disable_profile(self) -> ActionResult:
        """DisableProfile."""
        return self._switch_profile(enabled=False)

    def _switch_profile(self, *, enabled: bool) -> ActionResult:
        profile = self.backend.profile(self._request()["profileId"])
        profile.enabled = enabled
        profile.touch()
        return _profile(profile)

    def put_attribute_mapping(self) -> ActionResult:
        """PutAttributeMapping."""
        request = self._request()
        profile = self.backend.profile(request["profileId"])
        profile.mappings[request["certificateField"]] = [rule["specifier"] for rule in request["mappingRules"]]
        profile.touch()
        return _profile(profile)

    def delete_attribute_mapping(self) -> ActionResult:
        """DeleteAttributeMapping; without specifiers the whole field goes."""
        request = self._request()
        profile = self.backend.profile(request["profileId"])
        gone = request.get("specifiers")
        kept = [rule for rule in profile.mappings.pop(request["certificateField"], []) if gone and rule not in gone]
        if kept:
            profile.mappings[request["certificateField"]] = kept
        profile.touch()
        return _profile(profile)

    def import_crl(self) -> ActionResult:
        """ImportCrl."""
        return _crl(self.backend.import_crl(self._request()))

    def get_crl(self) -> ActionResult:
        """GetCrl."""
        return _crl(self.backend.crl(self._request()["crlId"]))

    def list_crls(self) -> ActionResult:
        """ListCrls."""
        return self._page("crls", self.backend.crls.values())

    def update_crl(self) -> ActionResult:
        """UpdateCrl; the trust anchor stays."""
        request = self._request()
        return _crl(self.backend.update_crl(request["crlId"], request))

    def delete_crl(self) -> ActionResult:
        """DeleteCrl."""
        return _crl(self.backend.crls.pop(self.backend.crl(self._request()["crlId"]).id))

    def enable_crl(self) -> ActionResult:
        """EnableCrl."""
        return self._switch_crl(enabled=True)

    def disable_crl(self) -> ActionResult:
        """DisableCrl."""
        return self._switch_crl(enabled=False)

    def _switch_crl(self, *, enabled: bool) -> ActionResult:
        crl = self.backend.crl(self._request()["crlId"])
        crl.enabled = enabled
        crl.touch()
        return _crl(crl)

    def list_subjects(self) -> ActionResult:
        """ListSubjects; summaries without the certificates."""
        return self._page("subjects", self.backend.subjects.values())

    def get_subject(self) -> ActionResult:
        """GetSubject."""
        return ActionResult({"subject": self.backend.subject(self._request()["subjectId"]).detail()})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"tags": self.backend.tags(self._request()["resourceArn"])})

    def tag_resource(self) -> EmptyResult:
        """TagResource."""
        request = self._request()
        self.backend.tag(request["resourceArn"], request["tags"])
        return EmptyResult()

    def untag_resource(self) -> EmptyResult:
        """UntagResource."""
        request = self._request()
        self.backend.untag(request["resourceArn"], request["tagKeys"])
        return EmptyResult()

    def _page(self, member: str, resources: Iterable[Resource]) -> ActionResult:
        request = self._request()
        chosen, token = page(resources, request.get("pageSize"), request.get("nextToken"))
        return ActionResult({member: [resource.detail() for resource in chosen], "nextToken": token})


def _anchor(anchor: TrustAnchor, previous_alias: str | None = None) -> ActionResult:
    return ActionResult({"trustAnchor": {**anchor.detail(), "previousAliasName": previous_alias}})


def _crl(crl: Crl) -> ActionResult:
    return ActionResult({"crl": crl.detail()})


def _profile(profile: Profile, previous_alias: str | None = None) -> ActionResult:
    return ActionResult({"profile": {**profile.detail(), "previousAliasName": previous_alias}})

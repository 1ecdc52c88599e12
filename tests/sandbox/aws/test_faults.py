"""What a test can make AWS do wrong, seen from a client and from the journal."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

Source = dict[str, Any]


@pytest.fixture
def anchor(anywhere: Any, pca_source: Source) -> dict[str, str]:
    """The id of an enabled anchor."""
    made = anywhere.create_trust_anchor(name="one", source=pca_source, enabled=True)["trustAnchor"]
    return {"trustAnchorId": made["trustAnchorId"]}


def test_denied_operation_has_no_effect(anywhere: Any, control: Any, anchor: dict[str, str]) -> None:
    """A denied delete answers AccessDeniedException in AWS's wording, is recorded, and leaves the anchor."""
    control.set_fault("rolesanywhere", "DeleteTrustAnchor", "deny", times=None)
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            anywhere.delete_trust_anchor(**anchor)
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert "is not authorized to perform: rolesanywhere:DeleteTrustAnchor on resource: arn:aws:" in error["Message"]
    assert anywhere.get_trust_anchor(**anchor)["trustAnchor"]["enabled"] is True
    assert control.effects(operation="DeleteTrustAnchor") == []
    record = control.records("DeleteTrustAnchor")[0]
    assert (record["errorCode"], record["responseElements"]) == ("AccessDeniedException", None)


def test_error_once_then_success(anywhere: Any, control: Any, anchor: dict[str, str]) -> None:
    """A fault for one call answers 500 without effect; the next call works."""
    control.set_fault("rolesanywhere", "DisableTrustAnchor", "error")
    with pytest.raises(ClientError) as refused:
        anywhere.disable_trust_anchor(**anchor)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert anywhere.get_trust_anchor(**anchor)["trustAnchor"]["enabled"] is True
    assert anywhere.disable_trust_anchor(**anchor)["trustAnchor"]["enabled"] is False


def test_cut_answer_has_its_effect(anywhere: Any, control: Any, anchor: dict[str, str]) -> None:
    """The connection closes without an answer, yet the anchor is gone and the journal says so."""
    control.set_fault("rolesanywhere", "DeleteTrustAnchor", "cut")
    with pytest.raises(ConnectionClosedError):
        anywhere.delete_trust_anchor(**anchor)
    assert anywhere.list_trust_anchors()["trustAnchors"] == []
    effect = control.effects(operation="DeleteTrustAnchor")
    assert [(entry["outcome"], entry["answered"]) for entry in effect] == [("ok", False)]


def test_delay_comes_before_the_effect(anywhere: Any, control: Any, anchor: dict[str, str]) -> None:
    """A delayed call takes at least that long and still works."""
    control.set_fault("rolesanywhere", "DisableTrustAnchor", "delay", seconds=0.3)
    began = time.monotonic()
    anywhere.disable_trust_anchor(**anchor)
    assert time.monotonic() - began >= 0.3
    assert control.effects(operation="DisableTrustAnchor")[0]["answered"] is True


def test_throttle_fault(anywhere: Any, control: Any) -> None:
    """ThrottlingException can be had without waiting for the rates, for every operation of a service."""
    control.set_fault("rolesanywhere", "*", "throttle", times=2)
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            anywhere.list_trust_anchors()
        assert refused.value.response["Error"]["Code"] == "ThrottlingException"
    assert anywhere.list_trust_anchors()["trustAnchors"] == []


def test_query_services_fail_in_their_own_form(once: Any, endpoint: str, control: Any) -> None:
    """IAM's XML errors are readable to boto3 too."""
    control.set_fault("iam", "ListRoles", "deny")
    with pytest.raises(ClientError) as refused:
        once("iam", endpoint).list_roles()
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert control.records("ListRoles")[0]["errorCode"] == "AccessDenied"


def test_cleared_faults_are_gone(anywhere: Any, control: Any) -> None:
    """After clearing, everything works."""
    control.set_fault("rolesanywhere", "ListTrustAnchors", "error", times=None)
    control.clear_faults()
    assert anywhere.list_trust_anchors()["trustAnchors"] == []


@pytest.mark.parametrize(("kind", "times"), [("explode", 1), ("deny", 0)])
def test_unfit_fault_is_refused(control: Any, kind: str, times: int) -> None:
    """An unknown kind, and no times at all, are refused instead of being ignored."""
    with pytest.raises(ValueError, match="must be"):
        control.set_fault("rolesanywhere", "DeleteTrustAnchor", kind, times=times)

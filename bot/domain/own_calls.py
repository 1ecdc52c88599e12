"""Recognises the calls that Anchorwatch itself makes when it runs an approved action."""

from __future__ import annotations

import re

from bot.domain.detection import Detection
from bot.domain.identity import case_id_for, is_case_id

_OWN_OPERATIONS = frozenset({"DisableTrustAnchor", "EnableTrustAnchor", "DeleteTrustAnchor"})
# A run's session is named after its case and whoever asked for it: AW-…-U….
_OWN_SESSION = re.compile(
    r"arn:aws[a-z-]*:sts::\d{1,12}:assumed-role/(?P<role>[\w+=,.@-]{1,64})/(?P<case>AW-[0-9A-Z]{10})-[UW][0-9A-Z]{2,40}",
    re.ASCII,
)


def is_own_call(detection: Detection, own_role: str | None = None) -> bool:
    """Whether a call is one of Anchorwatch's own actions on the trust anchor of its case.

    Anybody who may assume a role chooses the session's name, so the name alone proves little: the case in it must be
    this anchor's, only the operations of our actions count (creating and updating are none of them), and with
    ``own_role``, the name of the role that contains, the session must be that role's.
    """
    session = _OWN_SESSION.fullmatch(detection.actor.arn or "")
    if session is None or detection.event_name not in _OWN_OPERATIONS or detection.actor.kind != "AssumedRole":
        return False
    if own_role is not None and session["role"] != own_role:
        return False
    anchor_id = detection.anchor.anchor_id
    if anchor_id is None or not is_case_id(session["case"]):
        return False
    return session["case"] == case_id_for(detection.account, detection.region, anchor_id)

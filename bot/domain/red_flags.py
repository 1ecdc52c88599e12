"""What a responder should notice about an event, in plain sentences that hold no text of the event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from bot.domain.ca_facts import CaFacts, RedFlag
from bot.domain.ca_findings import SAME_KEY, SAME_KEY_HARMLESS, ca_red_flags, same_keys
from bot.domain.detection import Detection, SourceType
from bot.domain.rule import CA_OPERATIONS, disagreements, is_surely_acm_pca, judge
from bot.domain.strange_text import strange_sentence

# Long-lived keys of IAM users and of the root user begin so; session keys begin with ASIA.
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_LONG_LIVED_KEY = "AKIA"
_MOST_CONTRADICTIONS = 3
_MOST_KNOWN_KEYS = 3
# What these tools write into the user agent, or the systems they come with.
# See: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
# See: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.rolesanywhere-create-trust-anchor/
_PENTEST_TOOLS = {
    "stratus-red-team": "Stratus Red Team",
    "grimoire": "Grimoire",
    "pacu": "Pacu",
    "cloudfox": "CloudFox",
    "kali": "Kali Linux",
    "parrot": "Parrot OS",
    "pentoo": "Pentoo Linux",
}


def red_flags(
    detection: Detection, ca_facts: CaFacts, known_keys: Mapping[str, str] | None = None, *, harmless: bool = False
) -> tuple[RedFlag, ...]:
    """Everything odd about an event, worst first: keys that are known from elsewhere, what the event shows, its CA.

    ``known_keys`` are public keys that were seen elsewhere, as :func:`bot.domain.ca_findings.ca_findings` takes them.
    ``harmless`` says that people closed all that had them as harmless, and one of these had every key of the CA.
    """
    event_flags = (*_of_anchor(detection), *_of_actor(detection), *_of_report(detection))
    code = SAME_KEY_HARMLESS if harmless else SAME_KEY
    seen = dict.fromkeys(RedFlag(code, one.message) for one in same_keys(ca_facts, known_keys or {}))
    return (*islice(seen, _MOST_KNOWN_KEYS), *event_flags, *ca_red_flags(ca_facts, detection.happened_at))


def _of_anchor(detection: Detection) -> Iterator[RedFlag]:
    anchor = detection.anchor
    if anchor.held_private_key:
        yield RedFlag("private_key_in_bundle", "A private key was sent along with the CA. It was not kept.")
    if anchor.source_type is SourceType.AWS_ACM_PCA and not is_surely_acm_pca(anchor):
        yield RedFlag("contradicting_source", "The event names AWS Private CA and carries certificates of a CA.")
    if anchor.source_type is SourceType.UNKNOWN and detection.event_name in CA_OPERATIONS:
        yield RedFlag("unknown_source_type", _unknown_type(anchor.source_type_text))
    if anchor.source_type is SourceType.SELF_SIGNED_REPOSITORY:
        yield RedFlag("undocumented_source_type", "AWS has not documented this kind of CA source.")
    strange = strange_sentence("The trust anchor's name", anchor.name or "")
    if strange:
        yield RedFlag("strange_name", strange)


def _unknown_type(written: str | None) -> str:
    if written is None:
        return "The event does not say what kind of CA this is: it may be external."
    return "This kind of CA source is not known here, so it counts as external."


def _of_actor(detection: Detection) -> Iterator[RedFlag]:
    actor = detection.actor
    if actor.kind == "Root":
        yield RedFlag("root_user", "The root user of the account made the call.")
    tool = _pentest_tool(actor.user_agent)
    if tool is not None:
        yield RedFlag("pentest_tool", f"The user agent names a tool for penetration tests: {tool}.")
    if (actor.access_key_id or "").startswith(_LONG_LIVED_KEY):
        yield RedFlag("long_lived_key", "The call was signed with a long-lived access key.")
    if actor.mfa is False:
        yield RedFlag("no_mfa", "The session was opened without MFA.")
    if actor.via == "service":
        yield RedFlag("made_by_service", "An AWS service made the call; who told it to is not in this event.")


def _pentest_tool(user_agent: str | None) -> str | None:
    said = (user_agent or "").lower()
    # Letters around a mark would make another word of it.
    found = (tool for mark, tool in _PENTEST_TOOLS.items() if re.search(rf"(?<![a-z]){mark}(?![a-z])", said))
    return next(found, None)


def _of_report(detection: Detection) -> Iterator[RedFlag]:
    if detection.anchor.enabled is False:
        yield RedFlag("anchor_disabled", _disabled(detection.event_name))
    if detection.live_error is not None:
        yield RedFlag(
            "live_state_not_read",
            f"AWS did not tell what the anchor trusts ({detection.live_error}), so somebody must look.",
        )
    if detection.missing:
        yield RedFlag("incomplete_report", f"The report does not give: {'; '.join(detection.missing)}.")
    for contradiction in detection.contradictions[:_MOST_CONTRADICTIONS]:
        yield RedFlag("contradiction", contradiction)
    for disagreement in disagreements(detection, judge(detection).answer):
        yield RedFlag("rule_disagrees", disagreement)


def _disabled(event_name: str) -> str:
    how = "was created disabled" if event_name == "CreateTrustAnchor" else "was disabled at the time of the call"
    return f"The trust anchor {how}: it works only once somebody enables it."

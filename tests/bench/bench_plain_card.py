"""What the reference programs share: their settings, the plain card they post, and Slack's signature.

The settings have the product's names, so that each program can stand in the product's place.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class ProgramSettings:
    """The settings that a reference program reads; an empty string means not given."""

    slack_api_url: str
    slack_bot_token: str
    slack_signing_secret: str
    channel: str
    queue_url: str
    listen_host: str
    listen_port: int
    store_path: str


def settings_from_environment() -> ProgramSettings:
    """Read the settings, named as the product names them."""
    host, _, port = os.environ.get("ANCHORWATCH_LISTEN", "127.0.0.1:0").rpartition(":")
    return ProgramSettings(
        slack_api_url=os.environ.get("ANCHORWATCH_SLACK_API_URL", ""),
        slack_bot_token=os.environ.get("SLACK_BOT_TOKEN", ""),
        slack_signing_secret=os.environ.get("SLACK_SIGNING_SECRET", ""),
        channel=os.environ.get("ANCHORWATCH_CHANNEL", ""),
        queue_url=os.environ.get("ANCHORWATCH_QUEUE_URL", ""),
        listen_host=host,
        listen_port=int(port),
        store_path=os.environ.get("ANCHORWATCH_STORE", "").removeprefix("sqlite:///"),
    )


def signature_is_valid(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Check Slack's signature of a request.

    See: https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}".encode(), signature.encode())


def click_payload(body: bytes) -> dict[str, Any]:
    """Return the payload of a form-encoded interaction."""
    payload: dict[str, Any] = json.loads(parse_qs(body.decode())["payload"][0])
    return payload


def plain_card(channel: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `chat.postMessage` for one EventBridge event: the facts and one button."""
    detail = event["detail"]
    anchor = detail["responseElements"]["trustAnchor"]
    facts = (
        f"*Trust anchor created with an external CA*\n{anchor['name']} `{anchor['trustAnchorId']}`\n"
        f"by {detail['userIdentity']['arn']} from {detail['sourceIPAddress']} at {detail['eventTime']}\n"
        f"account {detail['recipientAccountId']}, {detail['awsRegion']}"
    )
    button = {
        "type": "button",
        "action_id": "acknowledge",
        "value": anchor["trustAnchorId"],
        "text": {"type": "plain_text", "text": "Acknowledge"},
    }
    return {
        "channel": channel,
        "text": f"Trust anchor {anchor['name']} created",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": facts}},
            {"type": "actions", "elements": [button]},
        ],
        "metadata": {"event_type": "anchorwatch_card", "event_payload": {"key": anchor["trustAnchorId"]}},
    }

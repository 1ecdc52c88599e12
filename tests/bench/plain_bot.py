"""For comparison: a bot as a user would write it in an afternoon. Sync Bolt, a boto3 loop, no state.

It shows what the product's guarantees cost; it has none of them (a crash loses or repeats a card, a click
is acknowledged before anything is kept).
"""

import json
import threading
from typing import Any

import boto3
from bench_plain_card import ProgramSettings, plain_card, settings_from_environment
from slack_bolt import Ack, App
from slack_sdk import WebClient

BATCH_SIZE = 10
LONG_POLL_SECONDS = 20


def post_detections(settings: ProgramSettings, client: WebClient) -> None:
    """Receive, post and delete, one message after the other, for ever."""
    sqs = boto3.client("sqs")
    while True:
        answer = sqs.receive_message(
            QueueUrl=settings.queue_url,
            MaxNumberOfMessages=BATCH_SIZE,
            WaitTimeSeconds=LONG_POLL_SECONDS,
        )
        for message in answer.get("Messages", []):
            client.chat_postMessage(**plain_card(settings.channel, json.loads(message["Body"])))
            sqs.delete_message(QueueUrl=settings.queue_url, ReceiptHandle=message["ReceiptHandle"])


def acknowledge(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Acknowledge the click, then take the buttons off the card."""
    ack()
    message = body["message"]
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Taken by <@{body['user']['id']}>"}]}
    client.chat_update(
        channel=body["channel"]["id"],
        ts=message["ts"],
        text=message["text"],
        blocks=[message["blocks"][0], note],
    )


def main() -> None:
    """Start the queue's thread and Bolt's own server."""
    settings = settings_from_environment()
    client = WebClient(token=settings.slack_bot_token, base_url=settings.slack_api_url)
    app = App(client=client, signing_secret=settings.slack_signing_secret)
    app.action("acknowledge")(acknowledge)
    threading.Thread(target=post_detections, args=(settings, client), daemon=True).start()
    app.start(port=settings.listen_port, http_server_logger_enabled=False)


if __name__ == "__main__":
    main()

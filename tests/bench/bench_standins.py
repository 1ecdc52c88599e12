"""One process with all stand-ins, each on a port of its own, and a control port for the benchmark.

It prints its ports as one line of JSON and serves until it is ended. The control port fills queues and
reads what the stand-ins saw; no program under test knows of it.
"""

import asyncio
import dataclasses
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aws_standin import AwsStandin
from slack_standin import SlackStandin
from sqs_standin import SqsStandin

MAX_REQUEST_BYTES = 256 * 1024 * 1024
"""A fill carries a whole round of detections in one request."""


@dataclass(frozen=True, slots=True)
class Control:
    """The control port: everything that the benchmark asks of the stand-ins."""

    sqs: SqsStandin
    slack: SlackStandin
    aws: AwsStandin

    async def reset(self, request: web.Request) -> web.Response:
        """Empty the workspace and the account, and make one new, empty queue."""
        arguments = await request.json()
        self.slack.reset()
        self.aws.reset()
        self.aws.certificate_pem = arguments["certificate_pem"]
        self.sqs.queues = {}
        self.sqs.unknown.clear()
        self.sqs.create(arguments["queue"])
        return web.json_response({})

    async def fill(self, request: web.Request) -> web.Response:
        """Create the anchors and make all their messages visible at one instant, which is returned."""
        arguments = await request.json()
        for anchor in arguments["anchors"]:
            self.aws.add(anchor["anchor_id"], anchor["name"], anchor["region"], anchor["account"])
        queue = self.sqs.create(arguments["queue"])
        filled_at = time.monotonic()
        for body in arguments["bodies"]:
            queue.send(body)
        return web.json_response({"filled_at": filled_at})

    async def progress(self, request: web.Request) -> web.Response:
        """Return how far the program is: distinct cards, the last one's time, messages left, last call.

        `updated` counts the cases with a message updated after `changed_since` (monotonic seconds).
        """
        queue = self.sqs.create(request.query["queue"])
        since = float(request.query.get("changed_since", "0"))
        cards = [posts[0].posted_at for posts in self.slack.by_key.values()]
        return web.json_response(
            {
                "posted": len(cards),
                "posted_twice": self.slack.posted_twice,
                "last_posted_at": max(cards, default=0.0),
                "left_in_queue": len(queue.messages),
                "updated": sum(
                    any(message.updates and message.changed_at > since for message in posts)
                    for posts in self.slack.by_key.values()
                ),
                "last_call_at": self.slack.last_call_at,
                "unknown_calls": sorted(self.slack.unknown | self.aws.unknown | self.sqs.unknown),
                "now": time.monotonic(),
            }
        )

    async def cards(self, request: web.Request) -> web.Response:
        """Return the messages by key, of one key or (without `key`) of all."""
        wanted = request.query.get("key")
        keys = list(self.slack.by_key) if wanted is None else [wanted]
        found = {key: [dataclasses.asdict(m) for m in self.slack.by_key.get(key, [])] for key in keys}
        return web.json_response(found)

    async def view(self, request: web.Request) -> web.Response:
        """Return the view that a trigger opened, null when it opened none."""
        opened = self.slack.views.get(request.query["trigger_id"])
        return web.json_response(None if opened is None else opened.view)

    async def calls(self, _: web.Request) -> web.Response:
        """Return the AWS calls in order of arrival and the Slack calls by method."""
        aws_calls = [dataclasses.asdict(call) for call in self.aws.calls]
        return web.json_response({"aws": aws_calls, "slack": dict(self.slack.calls)})


async def serve(routes: list[web.RouteDef]) -> int:
    """Serve one application on a free loopback port and return the port."""
    application = web.Application(client_max_size=MAX_REQUEST_BYTES)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    address: Any = runner.addresses[0]
    return int(address[1])


async def main() -> None:
    """Start the four ports, print them, and serve until the process is ended."""
    control = Control(SqsStandin(), SlackStandin(), AwsStandin())
    ports = {
        "sqs": await serve([web.post("/{path:.*}", control.sqs.handle)]),
        "slack": await serve([web.route("*", "/api/{method}", control.slack.handle)]),
        "aws": await serve([web.route("*", "/{path:.*}", control.aws.handle)]),
        "control": await serve(
            [
                web.post("/reset", control.reset),
                web.post("/fill", control.fill),
                web.get("/progress", control.progress),
                web.get("/cards", control.cards),
                web.get("/view", control.view),
                web.get("/calls", control.calls),
            ]
        ),
    }
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())

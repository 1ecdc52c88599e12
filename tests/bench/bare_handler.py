"""Reference: the least that makes an AWS call from a click. Check the signature, delete the anchor, answer.

The button's value is the anchor's id; nobody is asked, nothing is kept.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import boto3
from aiohttp import web
from bench_plain_card import click_payload, settings_from_environment, signature_is_valid


def application(signing_secret: str) -> web.Application:
    """Return the application with the click's route and a readiness probe."""
    rolesanywhere = boto3.client("rolesanywhere")
    calls = ThreadPoolExecutor(max_workers=4)

    async def click(request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not signature_is_valid(signing_secret, timestamp, body, signature):
            return web.Response(status=401)
        anchor_id = click_payload(body)["actions"][0]["value"]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(calls, lambda: rolesanywhere.delete_trust_anchor(trustAnchorId=anchor_id))
        return web.Response()

    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/slack/events", click), web.get("/readyz", ready)])
    return app


if __name__ == "__main__":
    settings = settings_from_environment()
    web.run_app(
        application(settings.slack_signing_secret),
        host=settings.listen_host,
        port=settings.listen_port,
        access_log=None,
        print=None,
    )

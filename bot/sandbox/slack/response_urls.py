"""`POST` to a response URL: answer, replace or delete the message that an interaction came from."""

import json

from aiohttp import web

from bot.sandbox.slack.api_messages import apply_update, checked_content, new_message, remove_message
from bot.sandbox.slack.records import Json, Message, SlackRefusal
from bot.sandbox.slack.store import Workspace
from bot.sandbox.slack.triggers import ResponseUrl, Triggers


class ResponseUrls:
    """The end points behind the response URLs that were handed out."""

    def __init__(self, workspace: Workspace, triggers: Triggers) -> None:
        self._workspace = workspace
        self._triggers = triggers

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; `ok` in plain text when it was done."""
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        answer = self._answer(request.path, body)
        self._workspace.record_call(
            {
                "method": "response_url",
                "arguments": body,
                "answer": answer.text,
                "status": answer.status,
                "at": self._workspace.now(),
            }
        )
        return answer

    def _answer(self, path: str, body: object) -> web.Response:
        if not isinstance(body, dict):
            return web.Response(status=400, text="invalid_payload")
        try:
            url = self._triggers.use_response_path(path)
        except SlackRefusal as refusal:
            return web.json_response({"ok": False, "error": refusal.code}, status=404)
        try:
            self._respond(url, body)
        except SlackRefusal as refusal:
            # Slack gives no detail here, only the code in plain text.
            return web.Response(status=400, text=refusal.code)
        return web.Response(text="ok")

    def _respond(self, url: ResponseUrl, body: Json) -> None:
        original = self._workspace.message(url.channel, url.ts)
        if body.get("delete_original"):
            if original is not None:
                remove_message(self._workspace, original)
            return
        content = checked_content(body, ephemeral=body.get("response_type") != "in_channel")
        if body.get("replace_original"):
            if original is None:
                raise SlackRefusal("message_not_found")
            apply_update(self._workspace, original, content)
            return
        self._reply(url, body, content, original)

    def _reply(self, url: ResponseUrl, body: Json, content: Json, original: Message | None) -> None:
        in_channel = body.get("response_type") == "in_channel"
        thread = body.get("thread_ts") or (original.thread_ts if original else None)
        new_message(
            self._workspace,
            url.channel,
            content,
            thread_ts=thread,
            ephemeral_for=None if in_channel else url.user,
            metadata=content.get("metadata") if in_channel else None,
        )

"""Files: the two methods of an upload, the address between them, and the file for the page.

See: https://docs.slack.dev/messaging/working-with-files
"""

import secrets

from aiohttp import web

from bot.sandbox.slack.api_messages import bot_channel, new_message
from bot.sandbox.slack.methods import Call, Method, invalid_arguments
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Json, SlackRefusal, StoredFile
from bot.sandbox.slack.store import Workspace

MOST_ALTERNATIVE = 1000


def get_upload_url(call: Call) -> Json:
    """Do files.getUploadURLExternal."""
    name, length = call.need("filename"), call.need("length")
    if not length.isdigit() or int(length) == 0:
        raise invalid_arguments("length must be a positive number")
    alternative = call.text("alt_txt") or ""
    if len(alternative) > MOST_ALTERNATIVE:
        raise invalid_arguments("alt_txt is too long")
    stored = StoredFile(f"F{secrets.token_hex(5).upper()}", name, int(length), alternative, secrets.token_urlsafe(16))
    call.workspace.files[stored.file_id] = stored
    return {"upload_url": f"{call.origin}/upload/v1/{stored.secret}", "file_id": stored.file_id}


def complete_upload(call: Call) -> Json:
    """Do files.completeUploadExternal: shows the files in a channel or thread."""
    given = call.structure("files")
    if not isinstance(given, list) or not given:
        raise invalid_arguments("missing required field: files")
    channel = bot_channel(call.workspace, call.need("channel_id"))
    thread_ts = call.text("thread_ts")
    if thread_ts is not None and call.workspace.message(channel.channel_id, thread_ts) is None:
        raise SlackRefusal("thread_not_found")
    shown = [_uploaded(call.workspace, one) for one in given]
    content = {"text": call.text("initial_comment") or ""}
    new_message(call.workspace, channel.channel_id, content, thread_ts=thread_ts, files=shown)
    return {"files": shown}


def _uploaded(workspace: Workspace, given: Json) -> Json:
    stored = workspace.files.get(str(given.get("id")))
    if stored is None or not stored.body:
        raise SlackRefusal("file_not_found")
    title = str(given.get("title") or stored.name)
    return {
        "id": stored.file_id,
        "name": stored.name,
        "title": title,
        "alt_txt": stored.alternative,
        "size": stored.length,
    }


def file_routes(workspace: Workspace) -> list[web.RouteDef]:
    """Where a file is sent to, and where the page reads it."""

    async def take(request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        stored = next((one for one in workspace.files.values() if secrets.compare_digest(one.secret, secret)), None)
        body = await request.read()
        if stored is None or len(body) != stored.length:
            return web.Response(status=400, text="no such upload, or another length")
        stored.body = body
        return web.Response(text=f"OK - {len(body)}")

    async def give(request: web.Request) -> web.Response:
        stored = workspace.files.get(request.match_info["file_id"])
        if stored is None or not stored.body:
            raise web.HTTPNotFound
        if stored.name.endswith(".png"):
            return web.Response(body=stored.body, content_type="image/png")
        # What an attacker may have written is never shown as a page of ours.
        headers = {
            "Content-Disposition": f'attachment; filename="{stored.file_id}"',
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=stored.body, content_type="application/octet-stream", headers=headers)

    return [web.post("/upload/v1/{secret}", take), web.get("/files/{file_id}", give)]


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, Tier.FOUR, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, Tier.FOUR, ("files:write",)),
}

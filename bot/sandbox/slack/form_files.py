"""Files that people put into forms: as strict as Slack's client, and private to the bot's token.

See: https://docs.slack.dev/reference/block-kit/block-elements/file-input-element
"""

import secrets
from pathlib import PurePath

from aiohttp import web

from bot.sandbox.slack import seed
from bot.sandbox.slack.blocks import find_control
from bot.sandbox.slack.records import Json, OpenView, SlackRefusal, StoredFile
from bot.sandbox.slack.store import Workspace

SCOPE = "files:read"
LARGEST_BYTES = 10_000_000
MOST_FILES = 10


class FileRefused(Exception):
    """Slack's client would not take this file; the text is for the person."""


def put_file(workspace: Workspace, view: OpenView, ids: tuple[str, str], name: str, body: bytes, origin: str) -> Json:
    """Keep a file that somebody chose in a form, and return its object as a submission carries it.

    Args:
        workspace: Where it is kept.
        view: The form.
        ids: The block and the action.
        name: The file's own name.
        body: Its content.
        origin: The look-alike's own address.

    Raises:
        FileRefused: The form asks for no file there, or for other ones.
    """
    element = find_control(view.content["blocks"], *ids)
    if element is None or element["type"] != "file_input":
        raise FileRefused("there is no such field for files")
    name, ending = PurePath(name).name, PurePath(name).suffix.removeprefix(".").lower()
    endings = element.get("filetypes")
    if endings and ending not in endings:
        raise FileRefused(f"Only these files can be added: {', '.join(endings)}.")
    if not body or len(body) > LARGEST_BYTES:
        raise FileRefused("A file has at least one byte and at most 10 MB.")
    stored = StoredFile(f"F{secrets.token_hex(5).upper()}", name, len(body), "", secrets.token_urlsafe(16), body)
    stored.entered_in = view.view_id
    workspace.files[stored.file_id] = stored
    return _object(stored, view.user, origin)


def _object(stored: StoredFile, user: str, origin: str) -> Json:
    return {
        "id": stored.file_id,
        "name": stored.name,
        "title": stored.name,
        "size": stored.length,
        "mimetype": "application/octet-stream",
        "filetype": "binary",
        "user": user,
        "user_team": seed.TEAM_ID,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{origin}/files-pri/{seed.TEAM_ID}-{stored.file_id}/{stored.name}",
    }


def real_files(workspace: Workspace, view: OpenView, values: dict[str, dict[str, Json]], origin: str) -> None:
    """Put the files' own objects in the place of what the page sent of them.

    Raises:
        FileRefused: One of them was not put into this form, or they are too many.
    """
    for block_id, entered in values.items():
        for action_id, value in entered.items():
            element = find_control(view.content["blocks"], block_id, action_id)
            if element is None or element["type"] != "file_input":
                continue
            found = [workspace.files.get(str(one.get("id"))) for one in value.get("files") or []]
            if len(found) > element.get("max_files", MOST_FILES):
                raise FileRefused("these are more files than the field takes")
            stored = [one for one in found if one is not None and one.entered_in == view.view_id]
            if len(stored) != len(found):
                raise FileRefused("this file was not put into this form")
            entered[action_id] = {"type": "file_input", "files": [_object(one, view.user, origin) for one in stored]}


def check_scope(view: object, scopes: tuple[str, ...]) -> None:
    """Refuse a form that asks for a file when the app may read none.

    Raises:
        SlackRefusal: It asks for one.
    """
    if "file_input" in str(view) and SCOPE not in scopes:
        raise SlackRefusal("missing_scope", needed=SCOPE, provided=",".join(scopes))


def private_file_routes(workspace: Workspace, token: str, scopes: tuple[str, ...]) -> list[web.RouteDef]:
    """Where the bot reads a file: with its token and the scope; anybody else is led to where one signs in."""

    async def give(request: web.Request) -> web.Response:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if SCOPE not in scopes or not secrets.compare_digest(sent.encode(), token.encode()):
            raise web.HTTPFound("/u/ava")
        _, _, file_id = request.match_info["file"].partition("-")
        stored = workspace.files.get(file_id)
        if stored is None or stored.entered_in is None:
            raise web.HTTPNotFound
        return web.Response(body=stored.body, content_type="application/octet-stream")

    return [web.get("/files-pri/{file}/{name}", give)]

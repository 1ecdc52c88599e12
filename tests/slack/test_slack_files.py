"""Files are read from Slack's own host, with the token, without redirects, and up to a size: proven on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import BadInput
from bot.slack.slack_files import SlackFiles

BODY = b"x" * 1_000


class Host:
    """A host with files, and a list of who asked with which token."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    async def start(self) -> TestServer:
        """Listen."""
        application = web.Application()
        application.add_routes([web.get("/{path:.*}", self._give)])
        server = TestServer(application)
        await server.start_server()
        return server

    async def _give(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("Authorization")))
        if request.path == "/moved":
            raise web.HTTPFound("/file")
        if request.path == "/page":
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return web.Response(body=BODY)


@pytest.fixture
async def host() -> AsyncIterator[tuple[Host, TestServer, SlackFiles]]:
    """Slack's API and its files on one host of the loopback interface, as the look-alike has them."""
    host = Host()
    server = await host.start()
    async with aiohttp.ClientSession() as session:
        yield host, server, SlackFiles(session, "xoxb-1", str(server.make_url("/api/")))
    await server.close()


async def read(host: tuple[Host, TestServer, SlackFiles], path: str, most: int = 1_000, **more: Any) -> bytes:
    """Read a file of that host."""
    _, server, files = host
    return await files.read({"id": "F1", "url_private": str(server.make_url(path)), **more}, most)


async def test_the_token_goes_along(host: tuple[Host, TestServer, SlackFiles]) -> None:
    """A file is private to those who have it."""
    assert await read(host, "/file") == BODY
    assert host[0].asked == [("/file", "Bearer xoxb-1")]


@pytest.mark.parametrize(
    ("path", "most", "more", "words"),
    [
        ("/moved", 1_000, {}, r"did not hand over the file \(302\). The app needs the scope files:read"),
        ("/page", 1_000, {}, "needs the scope files:read"),
        ("/file", 999, {}, "more than the 999 bytes"),
        ("/file", 999, {"size": 1_000}, "has 1,000 bytes; at most 999"),
        ("/file", 999, {"size": 1}, "more than the 999 bytes"),
    ],
)
async def test_what_is_not_the_file_is_not_read(
    host: tuple[Host, TestServer, SlackFiles], path: str, most: int, more: dict[str, Any], words: str
) -> None:
    """A redirect is not followed, a page is no file, and a size that lies helps nobody."""
    with pytest.raises(BadInput, match=words) as caught:
        await read(host, path, most, **more)
    assert len(str(caught.value)) <= 150
    assert ("/file" in [path for path, _ in host[0].asked]) is (path == "/file" and more.get("size") != 1_000)


async def test_no_other_host_sees_the_token(host: tuple[Host, TestServer, SlackFiles]) -> None:
    """Not another port, another scheme, a user before the host, nor what is no address at all."""
    other = Host()
    server = await other.start()
    here = host[1].make_url("/file")
    strange = (
        str(server.make_url("/file")),
        f"https://127.0.0.1:{here.port}/file",
        f"http://a@127.0.0.1:{here.port}/file",
        f"http://127.0.0.1:{here.port}@evil.example/file",
        "http://[::1/file",
        "file:///etc/passwd",
        "",
    )
    for url in strange:
        with pytest.raises(BadInput, match="no address of its own"):
            await host[2].read({"url_private": url}, 1_000)
    assert (other.asked, host[0].asked) == ([], [])
    await server.close()


async def test_real_slack_has_one_host_for_files() -> None:
    """The API is on another host than the files; of everything else, also below it, nothing is read."""
    async with aiohttp.ClientSession() as session:
        files = SlackFiles(session, "xoxb-1", "https://slack.com/api/")
        good = "https://files.slack.com/files-pri/T1-F1/list.pem"
        bad = (
            "https://slack.com/x",
            "http://files.slack.com/x",
            "https://files.slack.com.evil.example/x",
            "https://files.slack.com:8443/x",
            "https://x.files.slack.com/x",
        )
        assert files._is_slacks(good)  # noqa: SLF001 - Nothing may be asked of it in a test.
        assert not any(files._is_slacks(one) for one in bad)  # noqa: SLF001 - As above.

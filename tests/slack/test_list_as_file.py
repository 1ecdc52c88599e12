"""A revocation list put into Slack's form as a file: from the look-alike's private address to the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.hands import texts
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.interactions import NotPossible
from bot.slack.forms import REASON_BLOCK
from tests.revocation_lists import revocation_list
from tests.slack.bot_on_loopback import LoopbackBot
from tests.slack.test_entry_form import claimed, view_of

IDS = ("field-crl_file", "crl_file")


def put(bot: LoopbackBot, data: bytes, name: str = "list.pem") -> dict[str, Any]:
    """Ava chooses a file in the open form."""
    view = view_of(bot)
    return bot.slack.interactions.put_file(people.AVA, view.view_id, IDS, name, data)


async def send(bot: LoopbackBot, *files: dict[str, Any], text: str | None = None) -> str:
    """Send the open form with these files; Slack's result."""
    values: dict[str, dict[str, Any]] = {
        "field-crl": {"crl": {"type": "plain_text_input", "value": text}},
        IDS[0]: {IDS[1]: {"type": "file_input", "files": [{"id": one["id"]} for one in files]}},
        "field-serials": {"serials": {"type": "plain_text_input", "value": "a1"}},
        REASON_BLOCK: {"reason": {"type": "plain_text_input", "value": "Stolen laptop."}},
    }
    return (await bot.slack.interactions.submit(people.AVA, view_of(bot).view_id, values))[1]


def long_list() -> str:
    """One that no text field of Slack's holds."""
    text = revocation_list("a1", *(f"{number:x}" for number in range(0x1000, 0x1200)))
    assert len(text) > 6_000
    return text


@pytest.mark.parametrize("form", ["pem", "der"])
async def test_a_long_list_is_imported_from_a_file(tmp_path: Path, form: str) -> None:
    """It is read once for the plan and the request, and what is imported is the list in PEM."""
    text = long_list()
    data = text.encode() if form == "pem" else x509.load_pem_x509_crl(text.encode()).public_bytes(Encoding.DER)
    async with LoopbackBot(tmp_path) as bot:
        case_id = await claimed(bot)
        file = put(bot, data, f"list.{form}")
        assert await send(bot, file) == "updated"
        assert "revokes a1" in texts(view_of(bot).content["blocks"])
        assert await send(bot, file) == "closed"
        (request,) = (await bot.case(case_id)).requests.values()
        sent = x509.load_pem_x509_crl(request.plan.capsule["crl"]["pem"].encode())
        assert len(sent) == 513
        assert request.plan.evidence.crl is not None
        assert request.plan.evidence.crl.signed_by_ca


async def test_mistakes_stand_under_the_file(tmp_path: Path) -> None:
    """A certificate, a list too long, both at once, nothing at all; nothing is asked for."""
    async with LoopbackBot(tmp_path) as bot:
        case_id = await claimed(bot)
        for data, words in (
            (b"-----BEGIN CERTIFICATE-----", "holds a certificate"),
            (b"x" * 300_001, "at most 300,000"),
        ):
            assert await send(bot, put(bot, data)) == "errors"
            assert words in view_of(bot).errors[IDS[0]]
        assert await send(bot, put(bot, long_list().encode()), text=revocation_list("a1")) == "errors"
        assert "Give one of both" in view_of(bot).errors[IDS[0]]
        assert await send(bot) == "errors"
        assert "choose it as a file" in view_of(bot).errors["field-crl"]
        assert not (await bot.case(case_id)).requests


async def test_the_look_alike_takes_only_what_slack_would(tmp_path: Path) -> None:
    """Another ending, more files than asked for, and a file of another form."""
    async with LoopbackBot(tmp_path) as bot:
        await claimed(bot)
        with pytest.raises(NotPossible, match="Only these files"):
            put(bot, b"x", "list.exe")
        files = [put(bot, b"x"), put(bot, b"y")]
        with pytest.raises(NotPossible, match="more files"):
            await send(bot, *files)
        with pytest.raises(NotPossible, match="not put into this form"):
            await send(bot, {"id": "F0000"})
        async with bot.http.get(files[0]["url_private"], allow_redirects=False) as answer:
            assert answer.status == 302


async def test_an_app_that_may_read_no_files_asks_for_none(tmp_path: Path) -> None:
    """Slack would open no form with such a field; a list can be pasted as before."""
    scopes = tuple(one for one in people.SCOPES if one != "files:read")
    async with LoopbackBot(tmp_path, scopes=scopes) as bot:
        await claimed(bot)
        assert "file_input" not in str(view_of(bot).content["blocks"])
        assert "field-crl" in str(view_of(bot).content["blocks"])

"""Text that an attacker wrote stays text, wherever it stands."""

import copy
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Open = Callable[..., Awaitable[Page]]
MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
LONG = "A" * 600
OVERRIDE = "\u202egpj.exe\u2066"
HOSTILE = f"{MARKUP} {LONG} {OVERRIDE} <!channel>"
PLAIN = {"type": "plain_text", "text": HOSTILE[:700]}
MRKDWN = {"type": "mrkdwn", "text": HOSTILE, "tokens": [{"t": "text", "text": HOSTILE}]}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": HOSTILE}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": HOSTILE}]},
    ],
}
BLOCKS = [
    {"type": "header", "text": PLAIN},
    {"type": "section", "block_id": "s", "text": MRKDWN, "fields": [MRKDWN, MRKDWN]},
    {"type": "context", "elements": [MRKDWN, {"type": "image", "alt_text": HOSTILE}]},
    RICH,
    {
        "type": "plan",
        "title": HOSTILE,
        "tasks": [{"task_id": "1", "title": HOSTILE, "status": "error", "output": RICH}],
    },
    {"type": "table", "rows": [[{"type": "raw_text", "text": "Name"}], [{"type": "raw_text", "text": HOSTILE}]]},
    {"type": "container", "title": PLAIN, "child_blocks": [{"type": "section", "text": MRKDWN}]},
    {"type": "actions", "block_id": "a", "elements": [{"type": "button", "action_id": HOSTILE[:200], "text": PLAIN}]},
    {"type": HOSTILE, "block_id": HOSTILE},
]


def make_hostile(state: dict[str, Any]) -> None:
    """Puts the hostile text into names, a message's text and every kind of block."""
    message = copy.deepcopy(state["messages"][0])
    state["users"][1]["name"] = HOSTILE[:300]
    state["groups"][0]["handle"] = MARKUP
    state["messages"] = [
        {**message, "text": HOSTILE, "text_tokens": [{"t": "text", "text": HOSTILE}]},
        {**message, "ts": "1731832600.000200", "user": "UBOT", "bot": True, "text": "card", "blocks": BLOCKS},
    ]


@pytest.mark.parametrize("width", [1280, 390])
async def test_markup_is_shown_and_never_becomes_nodes(person: Open, stage: Any, width: int) -> None:
    """No img or script node appears, nothing runs, the text is there letter for letter, and nothing widens the page."""
    make_hostile(stage.state)
    page = await person(viewport={"width": width, "height": 844})
    articles = page.get_by_role("article")
    await expect(articles).to_have_count(2)
    assert MARKUP in await articles.first.locator(".message-body").inner_text()
    assert await page.locator("body img, body script, [onerror]").count() == 0
    assert "owned" not in await page.title()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("document.getElementById('messages').scrollWidth") <= width
    wide = "[...document.querySelectorAll('article, article *')].filter(n => !n.closest('.table-wrap')"
    assert await page.evaluate(f"{wide} && n.getBoundingClientRect().right > innerWidth).length") == 0


@pytest.mark.parametrize("override", ["\u202eexe", OVERRIDE, "\u2069\u202eexe", "\u2067\u202eexe\u2066"])
@pytest.mark.parametrize("kind", ["code", "bold"])
async def test_right_to_left_overrides_end_with_their_own_text(
    person: Open, stage: Any, kind: str, override: str
) -> None:
    """An override inside an attacker's field does not turn the words that follow it."""
    first = {"t": kind, "children": [{"t": "text", "text": override}]}
    field = {
        **MRKDWN,
        "tokens": [first, {"t": "text", "text": " then"}, {"t": "bold", "children": [{"t": "text", "text": "last"}]}],
    }
    stage.state["messages"][1]["blocks"] = [{"type": "section", "fields": [field, field]}]
    page = await person()
    then_last = """node => { const at = (n) => { const r = document.createRange(); r.selectNodeContents(n);
      return r.getBoundingClientRect().x; }; return [at(node.childNodes[1]), at(node.childNodes[2])]; }"""
    for place in await page.locator(".fields > *").all():
        then, last = await place.evaluate(then_last)
        assert then < last
        assert await place.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,<script>1</script>", "not an address", ""])
async def test_addresses_that_could_run_are_no_links(person: Open, stage: Any, url: str) -> None:
    """Only http, https and mailto become links, in mrkdwn, rich_text and on buttons."""
    link = {
        "type": "mrkdwn",
        "text": "x",
        "tokens": [{"t": "link", "url": url, "children": [{"t": "text", "text": "go"}]}],
    }
    rich = {"type": "rich_text_section", "elements": [{"type": "link", "url": url, "text": "go"}]}
    button = {"type": "button", "action_id": "b", "url": url, "text": {"type": "plain_text", "text": "go"}}
    stage.state["messages"][1]["blocks"] = [
        {"type": "section", "text": link},
        {"type": "rich_text", "elements": [rich]},
        {"type": "actions", "block_id": "a", "elements": [button]},
    ]
    page = await person()
    await expect(page.get_by_text("go", exact=True)).to_have_count(3)
    assert await page.locator("article a").count() == 0


async def test_names_of_built_in_properties_are_no_block_types(person: Open, stage: Any) -> None:
    """A type such as `constructor` or `__proto__` is an unknown type like any other."""
    odd = ["constructor", "__proto__", "toString"]
    stage.state["messages"][1]["blocks"] = [{"type": name} for name in odd]
    stage.state["messages"][1]["blocks"].append(
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": name} for name in odd]}]}
    )
    stage.state["messages"][0]["text_tokens"] = [{"t": name, "text": name} for name in odd]
    page = await person()
    await expect(page.get_by_text("does not draw")).to_have_count(3)
    await expect(page.get_by_role("article").first).to_contain_text("constructor__proto__toString")


async def test_nothing_in_the_page_writes_markup() -> None:
    """No module of the page uses a way of the DOM that parses text as markup or runs it."""
    from pathlib import Path  # noqa: PLC0415 - only this test reads the sources.

    folder = Path(__file__).parents[4] / "bot" / "sandbox" / "slack" / "page"
    sources = {path.name: path.read_text() for path in folder.glob("*.js")}
    assert "app.js" in sources
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert [name for name, source in sources.items() if banned in source] == []

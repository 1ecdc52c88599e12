"""Phone width, contrast, keyboard and motion."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Json = dict[str, Any]
Open = Callable[..., Awaitable[Page]]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

# Each visible text's contrast against the first opaque colour behind it.
# See: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
WEAK_TEXTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const part = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const weak = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].filter((c) => c.nodeType === 3 && c.data.trim());
    if (!words.length || node.closest("noscript, option")) continue;
    if (!node.checkVisibility({ visibilityProperty: true })) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${node.className} ${words[0].data.trim().slice(0, 30)}`);
  }
  return weak;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_has_enough_contrast(person: Open, stage: Any, canned_view: Json, scheme: str) -> None:
    """Every visible text reaches 4.5 to 1, in channel, thread, warning and modal, in both colour schemes."""
    row = {"id": "D", "user": "UAVA", "kind": "block_actions", "action_id": "acknowledge", "channel": "CALERTS"}
    missed = {"ts": "1731832801.000200", "block_id": "K7:1:actions", "state": "missed", "ms": None, "status": None}
    stage.state["deliveries"] = [row | missed]
    page = await person(color_scheme=scheme, reduced_motion="reduce")
    await page.get_by_role("button", name="3 replies").click()
    await expect(page.get_by_role("article")).to_have_count(7)
    assert await page.evaluate(WEAK_TEXTS) == []
    canned_view["errors"] = {"reason": "Say more."}
    stage.state["views"] = [canned_view]
    await stage.publish()
    await expect(page.get_by_text("Say more.")).to_be_visible()
    assert await page.evaluate(WEAK_TEXTS) == []


async def test_the_contrast_check_can_see_weak_text(person: Open) -> None:
    """The measure above finds a text that is too pale."""
    page = await person()
    await page.locator(".author").first.evaluate("n => { n.style.color = '#999999' }")
    assert len(await page.evaluate(WEAK_TEXTS)) == 1


async def test_a_phone_has_one_column_and_a_menu(person: Open) -> None:
    """At 390 pixels the sidebar waits behind a button, comes over the page and goes with Esc."""
    page = await person(**PHONE)
    people = page.get_by_role("link", name="Ben Okafor")
    await expect(people).to_be_hidden()
    menu = page.get_by_role("button", name="Channels and people")
    await menu.click()
    await expect(people).to_be_visible()
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(people).to_be_hidden()
    await expect(menu).to_be_focused()
    await menu.click()
    await page.get_by_role("link", name="anchorwatch-ops").click()
    await expect(page.get_by_text("Queue is back.")).to_be_visible()
    await expect(people).to_be_hidden()


async def test_a_phone_shows_thread_and_modal_full_width(person: Open, stage: Any, canned_view: Json) -> None:
    """Thread and modal take the whole width, nothing scrolls sideways, and Back leaves the thread."""
    page = await person(**PHONE)
    await page.get_by_role("button", name="3 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    assert await thread.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    stage.state["views"] = [canned_view]
    await stage.publish()
    dialog = page.get_by_role("dialog", name="Delete trust anchor")
    await expect(dialog).to_be_visible()
    assert await dialog.evaluate("n => n.getBoundingClientRect().width") == 390
    assert await page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    assert await dialog.locator(".modal-body").evaluate("n => n.scrollWidth <= n.clientWidth")
    stage.state["views"] = []
    await stage.publish()
    await expect(dialog).to_have_count(0)
    await page.go_back()
    await expect(thread).to_be_hidden()


async def test_controls_on_a_phone_are_large_enough_to_touch(person: Open) -> None:
    """Block buttons are at least 44 pixels high at phone width."""
    page = await person(**PHONE)
    heights = "nodes => nodes.map(n => n.getBoundingClientRect().height)"
    found = await page.locator("article .button").evaluate_all(heights)
    assert len(found) == 4
    assert min(found) >= 44


async def test_every_control_has_a_name_and_shows_its_focus(person: Open, stage: Any, canned_view: Json) -> None:
    """Walking with Tab through the page never lands on a nameless control or one without a visible outline."""
    page = await person()
    look = """() => { const n = document.activeElement; const s = getComputedStyle(n);
      return [n.getAttribute("aria-label") || n.textContent.trim(), s.outlineStyle, n.tagName]; }"""
    walked = []
    for _step in range(14):
        await page.keyboard.press("Tab")
        walked.append(await page.evaluate(look))
    assert {"BUTTON", "A", "SUMMARY"} <= {tag for _name, _outline, tag in walked}
    assert [one for one in walked if not one[0] or (one[1] == "none" and one[2] != "BODY")] == []
    stage.state["views"] = [canned_view]
    await stage.publish()
    await expect(page.get_by_role("dialog")).to_be_visible()
    unnamed = "nodes => nodes.filter(n => !n.labels?.length && !n.ariaLabel && !n.textContent.trim()).length"
    assert await page.locator("dialog :is(button, input, select, textarea)").evaluate_all(unnamed) == 0


async def test_reduced_motion_stops_the_spinner(person: Open) -> None:
    """Who asks for less motion sees a standing ring."""
    page = await person(reduced_motion="reduce")
    await page.get_by_role("button", name="3 replies").click()
    assert await page.locator(".spinner").evaluate("n => getComputedStyle(n).animationIterationCount") == "1"

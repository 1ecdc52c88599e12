// rich_text blocks, which carry structure instead of mrkdwn. See docs.slack.dev/reference/block-kit/blocks/rich-text-block.
import { dateNode } from "./dates.js";
import { el, link } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { broadcastPill, channelPill, groupPill, userPill } from "./mrkdwn.js";

const STYLES = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code", highlight: "mark", client_highlight: "mark" };

function styled(node, style) {
  return Object.entries(STYLES).reduce((held, [name, tag]) => (style?.[name] ? el(tag, {}, held) : held), node);
}

function colorChip(value) {
  const chip = el("span", { class: "color-chip", "aria-hidden": "true" });
  // The style object takes a colour or nothing; it cannot take markup.
  chip.style.backgroundColor = value;
  return el("span", {}, chip, value);
}

const INLINE = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text || part.url),
  user: (part) => userPill(part.user_id),
  usergroup: (part) => groupPill(part.usergroup_id),
  channel: (part) => channelPill(part.channel_id),
  broadcast: (part) => broadcastPill(part.range),
  emoji: (part) => emojiNode(part.name),
  color: (part) => colorChip(part.value),
  tag: (part) => el("span", { class: "tag" }, part.text ?? ""),
  citation: (part) => link(part.url, part.text ?? part.title ?? part.url ?? ""),
  date: (part) => {
    const node = dateNode(part.timestamp, part.format, part.fallback);
    return part.url ? link(part.url, node) : node;
  },
};

function inline(parts) {
  return (parts ?? []).map((part) => {
    const node = Object.hasOwn(INLINE, part.type) ? INLINE[part.type](part) : (part.text ?? `[${part.type}]`);
    return styled(node, part.style);
  });
}

function list(element) {
  const ordered = element.style === "ordered";
  const attributes = { class: `rich-list indent-${Number(element.indent) || 0}${element.border ? " bordered" : ""}` };
  if (ordered && element.offset) attributes.start = Number(element.offset) + 1;
  const items = (element.elements ?? []).map((item) => el("li", {}, inline(item.elements)));
  return el(ordered ? "ol" : "ul", attributes, items);
}

const SECTIONS = {
  rich_text_section: (element) => el("p", { class: "rich-section" }, inline(element.elements)),
  rich_text_list: list,
  rich_text_quote: (element) => el("blockquote", {}, inline(element.elements)),
  rich_text_preformatted: (element) => el("pre", {}, inline(element.elements)),
};

/** Nodes of a rich_text block, or of a table's rich_text cell. */
export function richTextNodes(block) {
  return (block?.elements ?? []).map((element) => (
    Object.hasOwn(SECTIONS, element.type) ? SECTIONS[element.type](element) : el("p", {}, `[${element.type}]`)
  ));
}

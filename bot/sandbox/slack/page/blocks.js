// Block Kit blocks to nodes. See docs.slack.dev/reference/block-kit/blocks.
import { el, hidden, icon, link } from "./dom.js";
import { elementNode, imageBox } from "./elements.js";
import { inputBlock } from "./inputs.js";
import { textNodes } from "./mrkdwn.js";
import { richTextNodes } from "./rich_text.js";

// Which containers a person opened or closed; survives redraws.
const folded = new Map();

function section(block, ctx) {
  const body = el("div", { class: "section-body" },
    block.text ? el("div", { class: "rich" }, textNodes(block.text)) : null,
    block.fields ? el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "rich" }, textNodes(field)))) : null);
  const accessory = block.accessory ? el("div", { class: `accessory accessory-${block.accessory.type}` }, elementNode(block.accessory, block, ctx)) : null;
  return el("div", { class: "section" }, body, accessory);
}

function context(block) {
  return el("div", { class: "context" }, block.elements.map((element) => (
    element.type === "image" ? imageBox(element) : el("span", { class: "rich" }, textNodes(element)))));
}

function image(block) {
  return el("figure", { class: "figure" }, block.title ? el("figcaption", {}, textNodes(block.title)) : null, imageBox(block));
}

const STATUS = {
  pending: ["circle", "Not started"],
  in_progress: ["spinner", "In progress"],
  complete: ["check", "Done"],
  error: ["close", "Failed"],
};

function task(card) {
  const [sign, words] = STATUS[card.status] ?? STATUS.pending;
  return el("li", { class: `task task-${card.status}` },
    el("span", { class: "task-sign" }, sign === "spinner" ? el("span", { class: "spinner", "aria-hidden": "true" }) : icon(sign)),
    el("div", { class: "task-body" },
      el("div", {}, textNodes(card.title), hidden(` (${words})`)),
      card.details ? el("div", { class: "rich task-details" }, richTextNodes(card.details)) : null,
      card.output ? el("div", { class: "rich task-details" }, richTextNodes(card.output)) : null,
      (card.sources ?? []).map((source) => el("div", { class: "task-details" }, link(source.url, source.text ?? source.url)))));
}

function plan(block) {
  return el("div", { class: "plan" }, el("div", { class: "plan-title" }, textNodes(block.title)), el("ol", { class: "tasks" }, block.tasks.map(task)));
}

function container(block, ctx, path) {
  const title = el("span", { class: "container-title" }, block.rich_text_title ? richTextNodes(block.rich_text_title) : textNodes(block.title));
  const subtitle = block.subtitle ? el("span", { class: "container-subtitle rich" }, textNodes(block.subtitle)) : null;
  const body = el("div", { class: "container-body" }, blockNodes(block.child_blocks ?? [], ctx, `${path}/`));
  if (!block.is_collapsible) return el("section", { class: "container" }, el("div", { class: "container-head" }, title, subtitle), body);
  const key = `${ctx.key}#${path}`;
  const node = el("details", { class: "container" }, el("summary", { class: "container-head", data: { focus: `container-${path}` } }, title, subtitle), body);
  node.open = folded.get(key) ?? !block.default_collapsed;
  node.addEventListener("toggle", () => folded.set(key, node.open));
  return node;
}

function cellNodes(cell, block, ctx) {
  if (cell.type === "rich_text") return richTextNodes(cell);
  if (cell.type === "action_cell") return (cell.elements ?? [cell.element]).filter(Boolean).map((element) => elementNode(element, block, ctx));
  return [cell.text ?? String(cell.value ?? "")];
}

function table(block, ctx) {
  const align = (at) => ({ center: "center", right: "right" }[block.column_settings?.[at]?.align] ?? null);
  const row = (cells, head) => el("tr", {}, cells.map((cell, at) => {
    const number = cell.type === "raw_number" ? "right" : null;
    return el(head ? "th" : "td", { scope: head ? "col" : null, class: align(at) ?? number }, cellNodes(cell, block, ctx));
  }));
  const [first, ...rest] = block.rows;
  return el("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": block.caption ?? "Table" },
    el("table", {}, block.caption ? el("caption", {}, block.caption) : null, el("thead", {}, row(first, true)), el("tbody", {}, rest.map((cells) => row(cells, false)))));
}

const ALERTS = { error: ["warning", "Error"], warning: ["warning", "Warning"], success: ["check", "Success"], info: ["info", "Note"], default: ["info", "Note"] };

function alertBlock(block) {
  const level = Object.hasOwn(ALERTS, block.level) ? block.level : "default";
  const [sign, words] = ALERTS[level];
  return el("div", { class: `alert alert-${level}`, role: "note", "aria-label": words }, icon(sign), el("div", { class: "rich" }, hidden(`${words}: `), textNodes(block.text)));
}

const BLOCKS = {
  header: (block) => el("h3", { class: `header level-${Number(block.level) || 1}` }, textNodes(block.text)),
  section,
  context,
  divider: () => el("hr"),
  actions: (block, ctx) => el("div", { class: "actions" }, block.elements.map((element) => elementNode(element, block, ctx))),
  rich_text: (block) => el("div", { class: "rich rich-text" }, richTextNodes(block)),
  markdown: (block) => el("div", { class: "rich plain" }, block.text),
  image,
  plan,
  task_card: (block) => el("ol", { class: "tasks plan" }, task(block)),
  container,
  table,
  data_table: table,
  alert: alertBlock,
  input: inputBlock,
};

/**
 * Nodes of a list of blocks.
 * @param {object[]} blocks
 * @param {{key: string, send: Function, kept?: object}} ctx the message or view they belong to
 * @param {string} path where they are nested, for containers
 */
export function blockNodes(blocks, ctx, path = "") {
  return (blocks ?? []).map((block, index) => {
    const known = Object.hasOwn(BLOCKS, block.type);
    const node = known ? BLOCKS[block.type](block, ctx, `${path}${index}`) : el("p", { class: "undrawn" }, `The sandbox does not draw this yet: ${block.type}`);
    return el("div", { class: `block block-${block.type}`, data: { blockId: block.block_id } }, node);
  });
}

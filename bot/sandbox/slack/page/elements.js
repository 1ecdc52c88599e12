// Elements that act at once: buttons, overflow menus, selects and choices outside an input block.
import { el, hidden, icon, link, safeUrl } from "./dom.js";
import { choiceGroup, selectControl, textInput } from "./inputs.js";
import { confirmed, ownMenu } from "./menus.js";
import { plainText, textNodes } from "./mrkdwn.js";

const idle = (node) => node.getAttribute("aria-disabled") !== "true";

/** Where an element's action goes. `act` sends it, after its confirm dialog if it has one. */
async function act(element, block, ctx, extra) {
  if (!await confirmed(element.confirm)) return false;
  ctx.send({ block_id: block.block_id, action_id: element.action_id, ...extra });
  return true;
}

const ids = (element, block) => ({ blockId: block.block_id, actionId: element.action_id });

function button(element, block, ctx) {
  const style = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const href = element.url && safeUrl(element.url);
  const press = () => idle(node) && act(element, block, ctx, element.value === undefined ? {} : { value: element.value });
  const attributes = { class: `button${style}`, data: ids(element, block), "aria-label": element.accessibility_label, on: { click: press } };
  const node = href
    ? link(href, textNodes(element.text), attributes)
    : el("button", { type: "button", ...attributes }, textNodes(element.text));
  if (href) node.addEventListener("click", press);
  return node;
}

function overflow(element, block, ctx) {
  const node = el("button", {
    type: "button", class: "button overflow", data: ids(element, block),
    "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
  }, icon("dots"));
  ownMenu(node, {
    options: element.options,
    pick: (option) => {
      if (option.url && safeUrl(option.url)) open(safeUrl(option.url), "_blank", "noopener,noreferrer");
      act(element, block, ctx, { selected_option: option });
    },
  });
  return node;
}

function acting(make) {
  return (element, block, ctx) => {
    let before = null;
    const changed = async (state) => {
      const { type: _type, ...extra } = state;
      if (!await act(element, block, ctx, extra)) control.restore?.(before);
      before = control.read();
    };
    const control = make(element, { ...ids(element, block), name: plainText(element.placeholder) || "Choose", kept: ctx.kept?.[block.block_id]?.[element.action_id], changed });
    before = control.read();
    return control.node;
  };
}

const ELEMENTS = {
  button,
  overflow,
  static_select: acting(selectControl),
  users_select: acting(selectControl),
  radio_buttons: acting(choiceGroup),
  checkboxes: acting(choiceGroup),
  plain_text_input: acting(textInput),
  image: (element) => imageBox(element),
};

/** A picture shows as its alt text: the sandbox loads nothing from outside. */
export function imageBox(image) {
  return el("span", { class: "image-box", role: "img", "aria-label": image.alt_text }, hidden("Image: "), image.alt_text);
}

/** @param {{send: Function, kept?: object}} ctx where actions go and what was typed before a redraw. */
export function elementNode(element, block, ctx) {
  if (Object.hasOwn(ELEMENTS, element.type)) return ELEMENTS[element.type](element, block, ctx);
  return el("span", { class: "undrawn" }, `The sandbox does not draw this yet: ${element.type}`);
}

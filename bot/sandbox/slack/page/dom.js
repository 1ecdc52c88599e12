// Builds DOM nodes. Text only ever becomes a text node, so nothing that an attacker wrote can script the page.

const SVG = "http://www.w3.org/2000/svg";

// Line drawings on a 20 by 20 grid.
const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  dots: "M10 4.5v.01M10 10v.01M10 15.5v.01",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  warning: "M10 3L18 16.5H2zM10 8v4M10 14.2v.01",
  braces: "M7 3.5c-3 0-1 6-3.5 6.5C6 10.5 4 16.5 7 16.5M13 3.5c3 0 1 6 3.5 6.5C14 10.5 16 16.5 13 16.5",
  check: "M4.5 10.5l4 4 7-9",
  circle: "M10 4a6 6 0 1 0 .01 0",
  info: "M10 2.5a7.5 7.5 0 1 0 .01 0M10 9v5M10 6.2v.01",
  eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10M10 8a2 2 0 1 0 .01 0",
};

/**
 * Makes an element.
 * @param {string} tag
 * @param {object} attributes `class`, `data` (a map), `on` (event handlers), or any attribute; null and false leave it out.
 * @param {...(Node|string|null|Array)} children strings become text nodes.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "data") setData(node, value);
    else if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const present = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  node.append(...present.map((child) => (child instanceof Node ? child : contained(String(child)))));
  return node;
}

const EMBEDDINGS = "\u202a\u202b\u202d\u202e";
const ISOLATES = "\u2066\u2067\u2068";
const END_EMBEDDING = "\u202c";
const END_ISOLATE = "\u2069";

/**
 * The text with every direction that it opened closed again, so that it can't turn the words after it.
 * CSS isolation alone is not enough: an isolate opened in the text takes the end that the browser puts behind it.
 * See: https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
 */
export function contained(text) {
  const ends = [];
  for (const sign of text) {
    if (EMBEDDINGS.includes(sign)) ends.push(END_EMBEDDING);
    else if (ISOLATES.includes(sign)) ends.push(END_ISOLATE);
    else if (sign === END_EMBEDDING && ends.at(-1) === sign) ends.pop();
    else if (sign === END_ISOLATE && ends.includes(sign)) ends.length = ends.lastIndexOf(sign);
  }
  return text + ends.reverse().join("");
}

function setData(node, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) node.dataset[name] = value;
  }
}

/** A decorative line drawing; the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Text for screen readers only. */
export function hidden(text) {
  return el("span", { class: "visually-hidden" }, text);
}

/** The address if a browser may safely follow it, else null (`javascript:` and the like). */
export function safeUrl(url) {
  try {
    const parsed = new URL(String(url));
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link that leaks nothing about this page, or plain text when the address is not one to follow. */
export function link(url, children, attributes = {}) {
  const href = safeUrl(url);
  if (href === null) return el("span", { class: "dead-link" }, children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, children);
}

const signatures = new WeakMap();

/**
 * Brings a container's children in line with `items` and touches only those that changed,
 * so that focus, scroll position and typed text survive.
 * @param {HTMLElement} container
 * @param {Array<{key: string, value: any, draw: () => HTMLElement}>} items
 */
export function syncChildren(container, items) {
  const old = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let cursor = container.firstElementChild;
  for (const { key, value, draw } of items) {
    const signature = JSON.stringify(value);
    let node = old.get(key);
    old.delete(key);
    if (!node || signatures.get(node) !== signature) {
      const fresh = draw();
      fresh.dataset.key = key;
      signatures.set(fresh, signature);
      if (node) {
        if (cursor === node) cursor = fresh;
        replaceKeepingFocus(node, fresh);
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else container.insertBefore(node, cursor);
  }
  for (const node of old.values()) node.remove();
}

function replaceKeepingFocus(node, fresh) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  node.replaceWith(fresh);
  if (focused) twin(focused, fresh)?.focus({ preventScroll: true });
}

/** The control in `root` that took the place of `control`: block ids may change, action ids stay. */
export function twin(control, root) {
  const { actionId, blockId, focus } = control.dataset;
  const all = [...root.querySelectorAll("[data-action-id], [data-focus]")];
  if (focus) return all.find((other) => other.dataset.focus === focus) ?? null;
  const same = all.filter((other) => actionId && other.dataset.actionId === actionId);
  const alike = same.filter((other) => other.tagName === control.tagName && (control.type !== "radio" || other.value === control.value));
  return alike.find((other) => other.dataset.blockId === blockId) ?? alike[0] ?? null;
}

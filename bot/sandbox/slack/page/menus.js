// Overflow menus and confirm dialogs.
import { el, twin } from "./dom.js";
import { plainText, textNodes } from "./mrkdwn.js";

let open = null; // { menu, trigger }
const owners = new WeakMap(); // trigger → what its menu offers

/** Makes `trigger` open a menu. @param {{options: object[], pick: (option) => void}} owner */
export function ownMenu(trigger, owner) {
  owners.set(trigger, owner);
  trigger.addEventListener("click", () => {
    if (trigger.getAttribute("aria-disabled") === "true") return;
    if (open?.trigger === trigger) closeMenu(true);
    else openMenu(trigger);
  });
  trigger.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || trigger.getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    openMenu(trigger);
  });
}

function openMenu(trigger, focusIndex = 0) {
  closeMenu(false);
  const { options, pick } = owners.get(trigger);
  const menu = el("div", { class: "menu", role: "menu", "aria-label": trigger.getAttribute("aria-label") },
    options.map((option) => item(option, pick, trigger)));
  // Inside a dialog the menu must lie in the dialog, or the dialog would cover it.
  (trigger.closest("dialog") ?? document.body).append(menu);
  menu.addEventListener("keydown", (event) => moveInMenu(event, menu));
  trigger.setAttribute("aria-expanded", "true");
  open = { menu, trigger };
  place();
  menu.children[Math.min(focusIndex, menu.children.length - 1)]?.focus();
}

function item(option, pick, trigger) {
  return el("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: "menu-item",
    data: { blockId: trigger.dataset.blockId, actionId: trigger.dataset.actionId, value: option.value },
    on: { click: () => { closeMenu(true); pick(option); } },
  }, textNodes(option.text), option.description ? el("small", {}, textNodes(option.description)) : null);
}

function moveInMenu(event, menu) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const goal = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
  if (goal !== undefined) {
    event.preventDefault();
    items[goal].focus();
  } else if (event.key === "Tab") closeMenu(true);
}

function place() {
  const { menu, trigger } = open;
  const anchor = trigger.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.right - box.width, innerWidth - box.width - 8));
  const below = anchor.bottom + 4;
  const top = below + box.height > innerHeight - 8 ? Math.max(8, anchor.top - box.height - 4) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

/** Closes the open menu, if any; true when there was one. */
export function closeMenu(refocus) {
  if (!open) return false;
  const { menu, trigger } = open;
  open = null;
  menu.remove();
  trigger.setAttribute("aria-expanded", "false");
  if (refocus) trigger.focus();
  return true;
}

/** After a redraw: moves an open menu to the control that took its trigger's place, or closes it. */
export function keepMenu() {
  if (!open) return;
  if (open.trigger.isConnected) return place();
  const { menu, trigger, home } = { ...open, home: open.menu.dataset.home };
  const focusIndex = [...menu.children].indexOf(document.activeElement);
  const article = [...document.querySelectorAll("article[data-ts], dialog[data-view-id]")]
    .find((node) => node.dataset.key === home);
  const next = article && twin(trigger, article);
  if (next && owners.has(next)) openMenu(next, Math.max(0, focusIndex));
  else closeMenu(false);
}

/** Before a redraw: remembers in which message the open menu hangs. */
export function rememberMenu() {
  if (open) open.menu.dataset.home = open.trigger.closest("article[data-ts], dialog[data-view-id]")?.dataset.key ?? "";
}

export function watchMenus() {
  document.addEventListener("pointerdown", (event) => {
    if (open && !open.menu.contains(event.target) && !open.trigger.contains(event.target)) closeMenu(false);
  });
  document.addEventListener("scroll", () => open && place(), true);
  addEventListener("resize", () => open && place());
}

/** Asks before an element with `confirm` acts; resolves to whether the person agreed. */
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = el("dialog", { class: "confirm", role: "alertdialog", "aria-label": plainText(confirm.title) });
    const answer = (agreed) => { dialog.close(); dialog.remove(); resolve(agreed); };
    dialog.append(
      el("h2", {}, textNodes(confirm.title)),
      el("div", { class: "rich" }, textNodes(confirm.text)),
      el("div", { class: "dialog-foot" },
        el("button", { type: "button", class: "button", on: { click: () => answer(false) } }, textNodes(confirm.deny ?? "Cancel")),
        el("button", { type: "button", class: `button ${style}`, on: { click: () => answer(true) } }, textNodes(confirm.confirm ?? "Confirm"))),
    );
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); answer(false); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

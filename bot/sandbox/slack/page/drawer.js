// The payload drawer: a message as the app sent it, and how its clicks fared.
import { deliveriesOf } from "./deliveries.js";
import { el, icon } from "./dom.js";
import { messageKey } from "./messages.js";
import { rawJson, store } from "./state.js";

let shownKey = null;
let back = null;

export function openDrawer(message) {
  back = document.activeElement;
  shownKey = messageKey(message);
  drawDrawer();
  drawerNode().querySelector("button").focus();
}

/** Closes the drawer; true when it was open. */
export function closeDrawer() {
  if (!shownKey) return false;
  shownKey = null;
  drawDrawer();
  if (back?.isConnected) back.focus();
  return true;
}

const drawerNode = () => document.getElementById("drawer");

function deliveryLine({ kind, action_id: action, state, ms, status }) {
  const time = ms === null || ms === undefined ? "" : ` in ${Math.round(ms)} ms`;
  return el("li", {}, `${action ?? kind}: ${state}${time}${status ? ` (status ${status})` : ""}`);
}

function build(drawer) {
  drawer.replaceChildren(
    el("header", { class: "bar" }, el("h2", {}, "Payload"), el("button", { type: "button", class: "quiet", "aria-label": "Close payload", on: { click: closeDrawer } }, icon("close"))),
    el("div", { class: "drawer-body" }, el("pre", { tabindex: "0", "aria-label": "Message as JSON" }), el("h3", {}, "Clicks on this message"), el("ul", { class: "delivery-list" })));
}

/** Keeps an open drawer true to the state. */
export function drawDrawer() {
  const drawer = drawerNode();
  const message = shownKey && store.data.messages.find((one) => messageKey(one) === shownKey);
  drawer.hidden = !message;
  if (!message) {
    shownKey = null;
    return drawer.replaceChildren();
  }
  if (!drawer.firstChild) build(drawer);
  const json = rawJson(message);
  const pre = drawer.querySelector("pre");
  if (pre.textContent !== json) pre.textContent = json;
  const lines = deliveriesOf(message).map(deliveryLine);
  drawer.querySelector(".delivery-list").replaceChildren(...(lines.length ? lines : [el("li", {}, "None yet")]));
}

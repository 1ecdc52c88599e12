// The thread pane beside the channel; on a phone it takes the whole screen.
import { el, icon, syncChildren } from "./dom.js";
import { messageItems, repliesText } from "./messages.js";
import { channelName, messagesOf } from "./state.js";

let list = null;
let openKey = null;

function build(pane, { channel, close }) {
  list = el("div", { class: "messages", tabindex: "-1" });
  pane.replaceChildren(
    el("header", { class: "bar" },
      el("h2", {}, "Thread"),
      el("span", { class: "muted thread-place" }, `#${channelName(channel)}`),
      el("button", { type: "button", class: "quiet", "aria-label": "Leave thread", data: { focus: "leave-thread" }, on: { click: close } }, icon("close"))),
    list);
}

function items(channel, root, open) {
  const messages = messagesOf(channel).filter((message) => message.ts === root || message.thread_ts === root);
  const drawn = messageItems(messages, { inThread: true, open });
  const count = messages.filter((message) => message.ts !== root && !message.ephemeral_for).length;
  const rule = { key: "count", value: count, draw: () => el("div", { class: "thread-count" }, repliesText(count)) };
  return [...drawn.slice(0, 1), rule, ...drawn.slice(1)];
}

/**
 * Shows one thread, or none.
 * @param {HTMLElement} pane
 * @param {{channel: string, root: string|null, open: object, close: Function}} route
 */
export function drawThread(pane, { channel, root, open, close }) {
  const known = root && messagesOf(channel).some((message) => message.ts === root || message.thread_ts === root);
  const key = known ? `${channel}/${root}` : null;
  const fresh = key !== null && key !== openKey;
  openKey = key;
  pane.hidden = !known;
  pane.parentElement.dataset.thread = known ? "open" : "closed";
  if (!known) {
    delete pane.dataset.threadTs;
    return pane.replaceChildren();
  }
  if (fresh) build(pane, { channel, close });
  pane.dataset.threadTs = root;
  const atEnd = fresh || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  syncChildren(list, items(channel, root, open));
  if (atEnd) list.scrollTop = list.scrollHeight;
  if (fresh) pane.querySelector("button").focus({ preventScroll: true });
}

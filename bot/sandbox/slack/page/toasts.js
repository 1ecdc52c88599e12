// Notifications: only a message's `text`, as phones and screen readers get it, so that a bad fallback shows.
import { el } from "./dom.js";
import { messageKey } from "./messages.js";
import { tokensToText } from "./mrkdwn.js";
import { isInChannel, store } from "./state.js";

const SHOWN_MS = 6000;
const MOST = 3;
const LOUD = ["user", "group", "broadcast"];

let seen = null;

function mentions(tokens) {
  return (tokens ?? []).some((token) => LOUD.includes(token.t) || mentions(token.children));
}

// As in Slack, a reply that stands in the thread alone only notifies when it mentions someone.
function notifies(message) {
  const { me } = store.data;
  if (message.user === me.id || (message.ephemeral_for && message.ephemeral_for !== me.id)) return false;
  return isInChannel(message) || Boolean(message.ephemeral_for) || mentions(message.text_tokens);
}

function show(message) {
  const holder = document.getElementById("toasts");
  const text = message.text_tokens ? tokensToText(message.text_tokens) : message.text;
  const toast = el("div", { class: "toast" }, text || "(this message has no text)");
  holder.append(toast);
  while (holder.children.length > MOST) holder.firstElementChild.remove();
  setTimeout(() => toast.remove(), SHOWN_MS);
}

/** Shows messages that came since the last call; the first call shows none. */
export function announce() {
  const fresh = store.data.messages.filter((message) => seen && !seen.has(messageKey(message)));
  seen = new Set([...(seen ?? []), ...store.data.messages.map(messageKey)]);
  fresh.filter(notifies).forEach(show);
}

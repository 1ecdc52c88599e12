// Text objects: the server's mrkdwn tokens to nodes. The page never parses mrkdwn itself.
import { dateNode, formatDate } from "./dates.js";
import { el, link } from "./dom.js";
import { emojiNode, withEmoji } from "./emoji.js";
import { channelName, groupHandle, store, userName } from "./state.js";

const WRAPPERS = { bold: "b", italic: "i", strike: "s", code: "code", pre: "pre", quote: "blockquote" };

/** A mention of a person; the reader's own is marked stronger. */
export function userPill(id, name) {
  return el("span", { class: id === store.data.me.id ? "mention me" : "mention" }, `@${name ?? userName(id)}`);
}

export function groupPill(id, name) {
  return el("span", { class: "mention" }, `@${(name ?? groupHandle(id)).replace(/^@/, "")}`);
}

export function broadcastPill(range) {
  return el("span", { class: "mention me" }, `@${range}`);
}

export function channelPill(id, name) {
  return el("span", { class: "mention" }, `#${name ?? channelName(id)}`);
}

const inner = (token) => (token.children ? tokensToNodes(token.children) : [token.text ?? ""]);

const DRAW = {
  text: (token) => token.text,
  br: () => el("br"),
  user: (token) => userPill(token.id, token.name),
  group: (token) => groupPill(token.id, token.name),
  channel: (token) => channelPill(token.id, token.name),
  broadcast: (token) => broadcastPill(token.name ?? token.id ?? token.text),
  emoji: (token) => emojiNode(token.name ?? token.text),
  link: (token) => link(token.url, token.children || token.text ? inner(token) : token.url),
  date: (token) => {
    const node = dateNode(token.epoch, token.format, token.fallback);
    return token.url ? link(token.url, node) : node;
  },
};

/** @param {Array<object>} tokens as the state's `tokens` key holds them. */
export function tokensToNodes(tokens) {
  return (tokens ?? []).map((token) => {
    if (Object.hasOwn(WRAPPERS, token.t)) return el(WRAPPERS[token.t], {}, inner(token));
    return Object.hasOwn(DRAW, token.t) ? DRAW[token.t](token) : (token.text ?? "");
  });
}

const FLAT = {
  br: () => "\n",
  user: (token) => `@${token.name ?? userName(token.id)}`,
  group: (token) => `@${token.name ?? groupHandle(token.id)}`,
  channel: (token) => `#${token.name ?? channelName(token.id)}`,
  broadcast: (token) => `@${token.name ?? token.id ?? token.text}`,
  emoji: (token) => `:${token.name ?? token.text}:`,
  date: (token) => formatDate(token.epoch, token.format) ?? token.fallback ?? "",
};

/** The words of some tokens, as a phone's notification shows them. */
export function tokensToText(tokens) {
  return (tokens ?? []).map((token) => {
    if (Object.hasOwn(FLAT, token.t)) return FLAT[token.t](token);
    return token.children ? tokensToText(token.children) : (token.text ?? token.url ?? "");
  }).join("");
}

/** Nodes of a text object (`plain_text` or `mrkdwn`), or of a bare string. */
export function textNodes(text) {
  if (text === null || text === undefined) return [];
  if (typeof text === "string") return [text];
  if (text.type === "mrkdwn") return text.tokens ? tokensToNodes(text.tokens) : [text.text];
  return text.emoji === false ? [text.text] : withEmoji(text.text);
}

/** The words of a text object, for names of controls. */
export function plainText(text) {
  if (typeof text === "string") return text;
  if (text?.type === "mrkdwn" && text.tokens) return tokensToText(text.tokens);
  return text?.text ?? "";
}

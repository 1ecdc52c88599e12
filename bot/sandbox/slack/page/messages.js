// A channel's messages.
import { blockNodes } from "./blocks.js";
import { formatDate, fullTime, dateNode } from "./dates.js";
import { sendAction } from "./deliveries.js";
import { el, icon } from "./dom.js";
import { tokensToNodes, tokensToText } from "./mrkdwn.js";
import { isInChannel, isReply, messagesOf, store } from "./state.js";

const GROUP_SECONDS = 300;
const ROOT_WORDS = 100;

/** One message's identity on this page. */
export function messageKey(message) {
  return `${message.channel}/${message.ts}${message.ephemeral_for ? "/private" : ""}`;
}

function author(message) {
  const user = store.data.users.find((one) => one.id === message.user);
  return { name: user?.name ?? message.username ?? (message.bot ? "App" : message.user), id: message.user ?? "app" };
}

/** Initials on a colour that stays with the person. */
export function avatar({ name, id }) {
  const initials = String(name).split(/\s+/).filter(Boolean).map((word) => [...word][0]).filter((_, at, all) => at === 0 || at === all.length - 1);
  const hue = [...String(id)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8, 0);
  return el("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials.join("").toUpperCase().slice(0, 2));
}

function timeNode(message) {
  return el("span", { class: "time", title: fullTime(message.ts) }, dateNode(message.ts, "{time}", message.ts));
}

function headLine(message) {
  return el("div", { class: "message-head" },
    el("span", { class: "author" }, author(message).name),
    message.bot ? el("span", { class: "badge" }, "APP") : null,
    timeNode(message));
}

function body(message, ctx) {
  const edited = message.edited ? el("span", { class: "edited" }, " (edited)") : null;
  if (message.blocks?.length) return el("div", { class: "message-body" }, blockNodes(message.blocks, ctx), edited);
  const words = message.text_tokens ? tokensToNodes(message.text_tokens) : message.text;
  return el("div", { class: "message-body" }, el("div", { class: "rich" }, words, edited));
}

/** "812 B", "12 kB". */
function sizeText(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
}

function fileNode(file) {
  return el("p", { class: "file" },
    el("a", { href: `/files/${file.id}`, download: file.name, rel: "noreferrer" }, file.title),
    el("span", { class: "file-name" }, `${file.name}, ${sizeText(file.size)}`));
}

function pictures(message) {
  return (message.files ?? []).map((file) => !file.name.endsWith(".png") ? fileNode(file) : el("figure", { class: "picture" },
    el("figcaption", {}, file.title),
    el("a", { href: `/files/${file.id}`, target: "_blank", rel: "noreferrer" },
      el("img", { src: `/files/${file.id}`, alt: file.alt_txt, loading: "lazy" }))));
}

/** "1 reply", "3 replies". */
export function repliesText(count) {
  return count === 1 ? "1 reply" : `${count} replies`;
}

function repliesButton(message, open) {
  if (!message.reply_count) return null;
  return el("button", { type: "button", class: "replies", data: { focus: "replies" }, on: { click: () => open.thread(message) } }, repliesText(message.reply_count));
}

// The first words of the thread that a reply was sent from; a root that was deleted has none.
function rootWords(message) {
  const root = messagesOf(message.channel).find((one) => one.ts === message.thread_ts);
  const text = root?.text_tokens ? tokensToText(root.text_tokens) : (root?.text ?? "");
  const [words] = text.split("\n");
  return [...words].length > ROOT_WORDS ? `${[...words].slice(0, ROOT_WORDS).join("")}…` : words;
}

function repliedLine(message) {
  return el("p", { class: "replied" }, "replied to a thread: ",
    el("a", { href: `#/${message.channel}/${message.thread_ts}`, data: { focus: "replied" } }, rootWords(message) || "a deleted message"));
}

function tools(message, open) {
  return el("div", { class: "tools" },
    el("button", { type: "button", class: "quiet", "aria-label": "Show payload", title: "Show payload", data: { focus: "payload" }, on: { click: () => open.payload(message) } }, icon("braces")));
}

/**
 * One message.
 * @param {object} message
 * @param {{compact: boolean, inThread: boolean, open: {thread: Function, payload: Function}}} how
 */
export function articleNode(message, { compact, inThread, open }) {
  const who = author(message);
  const ctx = { key: `${inThread ? "thread" : "list"}/${messageKey(message)}`, send: (action) => sendAction({ channel: message.channel, ts: message.ts }, action) };
  const label = `${who.name} at ${formatDate(message.ts, "{time}") ?? message.ts}${message.ephemeral_for ? ", only visible to you" : ""}`;
  return el("article", {
    class: `message${compact ? " compact" : ""}${message.ephemeral_for ? " ephemeral" : ""}`, role: "article", "aria-label": label,
    data: { ts: message.ts, channel: message.channel, threadTs: message.thread_ts },
  },
  compact ? timeNode(message) : avatar(who),
  el("div", { class: "message-main" },
    message.ephemeral_for ? el("p", { class: "private" }, icon("eye"), "Only visible to you") : null,
    compact ? null : headLine(message),
    isReply(message) && !inThread ? repliedLine(message) : null,
    body(message, ctx),
    pictures(message),
    inThread ? null : repliesButton(message, open)),
  tools(message, open));
}

function sameGroup(before, message) {
  return Boolean(before) && before.user === message.user && before.bot === message.bot && before.ephemeral_for === message.ephemeral_for
    && !before.reply_count && !before.broadcast && !message.broadcast && Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
}

/** What `syncChildren` needs for some messages in order. */
export function messageItems(messages, { inThread, open }) {
  return messages.map((message, at) => {
    const compact = sameGroup(messages[at - 1], message) && !(inThread && at === 1);
    const key = messageKey(message);
    return { key, value: [message, compact, author(message).name, isReply(message) && !inThread ? rootWords(message) : null], draw: () => articleNode(message, { compact, inThread, open }) };
  });
}

function dayItem(message) {
  const day = formatDate(message.ts, "{date_num}");
  return { key: `day-${day}`, value: day, draw: () => el("div", { class: "day", role: "separator" }, dateNode(message.ts, "{day_divider_pretty}", day)) };
}

/** What stands in the channel itself, with day dividers, or a word when it is empty. */
export function channelItems(channel, open) {
  const messages = messagesOf(channel).filter(isInChannel);
  if (!messages.length) {
    const words = channel ? "Nothing here yet. When the app posts a message, it shows up here by itself." : "You are in no channel.";
    return [{ key: "empty", value: words, draw: () => el("p", { class: "empty" }, words) }];
  }
  let day = null;
  return messageItems(messages, { inThread: false, open }).flatMap((item, at) => {
    const divider = dayItem(messages[at]);
    const fresh = divider.key !== day;
    day = divider.key;
    return fresh ? [divider, item] : [item];
  });
}

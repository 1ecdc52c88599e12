// Workspace, channels and the people one can be.
import { el, hidden, syncChildren } from "./dom.js";
import { avatar } from "./messages.js";
import { isInChannel, messagesOf, store } from "./state.js";

const memoryKey = () => `sandbox-read-${store.data.me.id}`;

function readMarks() {
  try {
    return JSON.parse(localStorage.getItem(memoryKey())) ?? {};
  } catch {
    return {};
  }
}

/** Remembers that this person has seen a channel up to now. */
export function markRead(channel) {
  const last = messagesOf(channel).at(-1)?.ts;
  const marks = readMarks();
  if (!last || Number(marks[channel] ?? 0) >= Number(last)) return;
  try {
    localStorage.setItem(memoryKey(), JSON.stringify({ ...marks, [channel]: last }));
  } catch {
    // Without storage a channel only stays bold longer.
  }
}

function isUnread(channel) {
  const seen = Number(readMarks()[channel] ?? 0);
  return messagesOf(channel).some((message) => isInChannel(message) && message.user !== store.data.me.id && Number(message.ts) > seen);
}

function channelLink({ id, name }, current) {
  const unread = id !== current && isUnread(id);
  return el("li", {}, el("a", {
    href: `#/${id}`, class: `channel-link${unread ? " unread" : ""}`, "aria-current": id === current ? "page" : null, data: { focus: `channel-${id}` },
  }, el("span", { class: "hash", "aria-hidden": "true" }, id.startsWith("D") ? "@" : "#"), el("span", { class: "channel-label" }, name), unread ? hidden(" (unread)") : null));
}

function personLink(user) {
  const mine = user.id === store.data.me.id;
  const words = [el("span", { class: "person-name" }, user.name), el("small", {}, user.deactivated ? "deactivated" : user.role)];
  const attributes = { class: `person${user.deactivated ? " gone" : ""}`, "aria-current": mine ? "true" : null, data: { focus: `person-${user.id}` } };
  return el("li", {}, el("a", { href: `/u/${encodeURIComponent(user.handle)}`, ...attributes }, avatar(user), el("span", { class: "person-words" }, words)));
}

function you() {
  const { me, users } = store.data;
  const role = users.find((user) => user.id === me.id)?.role;
  return el("p", { class: "you" }, "You are ", el("strong", {}, me.name), role ? `, ${role}` : "");
}

// The last answered click: how fast the app was.
function lastAck() {
  const last = store.data.deliveries.findLast((delivery) => delivery.user === store.data.me.id && delivery.state === "acked" && delivery.ms !== null);
  return el("p", { class: "last-ack" }, last ? `Last click answered in ${Math.round(last.ms)} ms` : "");
}

/** @param {HTMLElement} bar @param {string} current the open channel */
export function drawSidebar(bar, current) {
  const { team, channels, users, me, deliveries } = store.data;
  const people = users.filter((user) => !["bot", "app"].includes(user.role));
  const drawn = channels.map((channel) => [channel, channel.id === current, isUnread(channel.id)]);
  syncChildren(bar, [
    { key: "team", value: team, draw: () => el("div", { class: "team" }, el("span", { class: "team-name" }, team), el("small", {}, "Sandbox on this machine")) },
    { key: "channels", value: drawn, draw: () => el("nav", { "aria-label": "Channels" }, el("h2", {}, "Channels"), el("ul", {}, channels.map((channel) => channelLink(channel, current)))) },
    { key: "people", value: [people, me], draw: () => el("nav", { "aria-label": "People", class: "people" }, you(), el("h2", {}, "Act as"), el("ul", {}, people.map(personLink))) },
    { key: "ack", value: deliveries.filter((delivery) => delivery.user === me.id), draw: lastAck },
  ]);
}

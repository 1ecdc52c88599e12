// Puts the page together: one state, drawn again on each change.
import { markControls } from "./deliveries.js";
import { refreshDates } from "./dates.js";
import { el, icon, syncChildren } from "./dom.js";
import { closeDrawer, drawDrawer, openDrawer } from "./drawer.js";
import { closeMenu, keepMenu, rememberMenu, watchMenus } from "./menus.js";
import { channelItems } from "./messages.js";
import { drawViews } from "./modal.js";
import { drawSidebar, markRead } from "./sidebar.js";
import { follow, refresh, store } from "./state.js";
import { drawThread } from "./thread.js";
import { announce } from "./toasts.js";

const DATES_EVERY_MS = 20_000;
const NEAR_END_PX = 80;

const node = (id) => document.getElementById(id);
let drawnChannel = null;

// The address names what is open: `#/C1` or `#/C1/<thread ts>`, so that Back works on a phone.
function route() {
  const [, wanted, root] = location.hash.split("/");
  const known = store.data.channels.find((channel) => channel.id === wanted) ?? store.data.channels[0];
  return { channel: known?.id ?? null, root: known?.id === wanted ? (root ?? null) : null };
}

const open = {
  thread: (message) => { location.hash = `#/${message.channel}/${message.ts}`; },
  payload: openDrawer,
};

function leaveThread() {
  const { channel, root } = route();
  location.hash = `#/${channel}`;
  const article = [...node("messages").querySelectorAll("article")].find((one) => one.dataset.ts === root);
  article?.querySelector("[data-focus=replies]")?.focus({ preventScroll: true });
}

function drawChannel(channel) {
  const list = node("messages");
  const name = store.data.channels.find((one) => one.id === channel)?.name ?? "";
  const title = channel && !channel.startsWith("D") ? `# ${name}` : name;
  node("channel-name").textContent = title;
  document.title = `${title} · ${store.data.me.name} · ${store.data.team}`;
  const moved = drawnChannel !== channel;
  const atEnd = moved || list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  if (moved) list.replaceChildren();
  drawnChannel = channel;
  syncChildren(list, channelItems(channel, open));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function draw() {
  const { channel, root } = route();
  rememberMenu();
  if (!document.hidden) markRead(channel);
  drawSidebar(node("sidebar"), channel);
  drawChannel(channel);
  drawThread(node("thread"), { channel, root, open, close: leaveThread });
  drawViews(() => refresh(draw));
  drawDrawer();
  keepMenu();
  markControls();
  refreshDates(document);
  announce();
}

function showSidebar(shown) {
  node("shell").dataset.menu = shown ? "open" : "closed";
  node("veil").hidden = !shown;
  node("menu-button").setAttribute("aria-expanded", String(shown));
  if (shown) node("sidebar").querySelector("a")?.focus();
}

const sidebarShown = () => node("shell").dataset.menu === "open";

function onEscape(event) {
  if (event.key !== "Escape") return;
  const done = closeMenu(true) || (!document.querySelector("dialog[open]") && closeDrawer());
  if (done) event.preventDefault();
  else if (sidebarShown()) {
    showSidebar(false);
    node("menu-button").focus();
  }
}

function start() {
  node("menu-button").append(icon("menu"));
  node("menu-button").addEventListener("click", () => showSidebar(!sidebarShown()));
  node("veil").addEventListener("click", () => showSidebar(false));
  addEventListener("hashchange", () => {
    showSidebar(false);
    if (store.data) draw();
  });
  document.addEventListener("visibilitychange", () => store.data && draw());
  document.addEventListener("keydown", onEscape);
  watchMenus();
  setInterval(() => refreshDates(document), DATES_EVERY_MS);
  refresh(draw).then(
    () => follow(draw, (linked) => { node("connection").hidden = linked; }),
    (error) => node("messages").append(el("p", { class: "empty", role: "alert" }, error.message)),
  );
}

start();

// Clicks on their way to the app: a spinner until it has answered, Slack's warning triangle when it has not.
import { el, icon } from "./dom.js";
import { post, store } from "./state.js";

const LATE = "The app did not answer within 3 seconds";

// What this page sent itself, by control: `waiting` until the server names the delivery, or a refusal.
const sent = new Map();

function keyOf(place, blockId, actionId) {
  return [place.view ?? `${place.channel}/${place.ts}`, blockId ?? "", actionId ?? ""].join("|");
}

/** Sends one action of a message or a view and marks its control from this moment on. */
export async function sendAction(place, action) {
  const key = keyOf(place, action.block_id, action.action_id);
  const entry = { waiting: true };
  sent.set(key, entry);
  markControls();
  try {
    const answer = place.view
      ? await post("click_view", { view_id: place.view, ...action })
      : await post("click", { channel: place.channel, ts: place.ts, ...action });
    entry.delivery = answer.delivery;
  } catch (error) {
    entry.refusal = error.message;
  }
  entry.waiting = false;
  markControls();
}

function failureText(delivery) {
  if (delivery.state === "missed") return LATE;
  if (typeof delivery.status === "number") return `The app answered with status ${delivery.status}`;
  return `The app could not be reached${delivery.status ? `: ${delivery.status}` : ""}`;
}

function latestOf(place, blockId, actionId, entry) {
  const mine = store.data.deliveries.filter((delivery) => delivery.user === store.data.me.id);
  // A view's block and action ids return with the next view of its kind, so only this page's own clicks count there.
  if (place.view) return mine.find((delivery) => delivery.id === entry?.delivery);
  return mine.findLast((delivery) => delivery.channel === place.channel && delivery.ts === place.ts
    && delivery.action_id === actionId && delivery.block_id === blockId);
}

function standing(place, blockId, actionId) {
  const entry = sent.get(keyOf(place, blockId, actionId));
  if (entry?.waiting) return { waiting: true };
  if (entry?.refusal) return { problem: entry.refusal };
  const delivery = latestOf(place, blockId, actionId, entry);
  if (delivery?.state === "waiting") return { waiting: true };
  const failed = delivery?.state === "missed" || delivery?.state === "failed";
  return failed ? { problem: failureText(delivery) } : {};
}

function placeOf(control) {
  const holder = control.closest("[data-view-id], article[data-ts]");
  if (!holder) return null;
  return holder.dataset.viewId ? { view: holder.dataset.viewId } : { channel: holder.dataset.channel, ts: holder.dataset.ts };
}

function mark(control) {
  const place = placeOf(control);
  if (!place) return;
  const { blockId, actionId } = control.dataset;
  const { waiting = false, problem = null } = standing(place, blockId, actionId);
  control.toggleAttribute("aria-busy", false);
  if (waiting) control.setAttribute("aria-busy", "true");
  if (waiting && control.matches("button, select")) control.setAttribute("aria-disabled", "true");
  else control.removeAttribute("aria-disabled");
  markProblem(control, problem);
}

function markProblem(control, problem) {
  const block = control.closest(".block") ?? control.parentElement;
  const shown = [...block.querySelectorAll(":scope > .missed")].find((note) => note.dataset.for === control.dataset.actionId);
  if (shown?.textContent === (problem ?? "")) return;
  shown?.remove();
  if (problem) block.append(el("p", { class: "missed", role: "alert", data: { for: control.dataset.actionId } }, icon("warning"), problem));
}

/** Brings spinners and warnings of all controls on the page in line with the deliveries. */
export function markControls() {
  for (const control of document.querySelectorAll("[data-action-id]:not([role=menuitem])")) mark(control);
}

/** Deliveries that one message's controls caused, newest first. */
export function deliveriesOf(message) {
  return store.data.deliveries
    .filter((delivery) => delivery.channel === message.channel && delivery.ts === message.ts)
    .reverse();
}

// The stack of modals: what was typed stays while the app updates a view, and only the top view shows.
import { blockNodes } from "./blocks.js";
import { sendAction } from "./deliveries.js";
import { el, icon, twin } from "./dom.js";
import { freshId, missingInputs, readValues } from "./inputs.js";
import { plainText, textNodes } from "./mrkdwn.js";
import { post, store } from "./state.js";

const shown = new Map(); // view id → { dialog, form, entry, signature, local, busy }
const SETTLED = ["closed", "errors", "updated", "pushed"];

/** Brings the dialogs in line with the state. @param {() => Promise} reload fetches the state anew */
export function drawViews(reload) {
  const views = store.data.views;
  for (const [id, record] of shown) {
    if (views.some((entry) => entry.id === id)) continue;
    record.dialog.close();
    record.dialog.remove();
    shown.delete(id);
  }
  for (const entry of views) drawView(entry, reload);
  const top = views.at(-1)?.id;
  for (const [id, { dialog }] of shown) if (id !== top && dialog.open) dialog.close();
  if (top && !shown.get(top).dialog.open) openDialog(shown.get(top));
}

function drawView(entry, reload) {
  const record = shown.get(entry.id) ?? newRecord(entry.id, reload);
  record.entry = entry;
  const signature = JSON.stringify(entry.view);
  if (record.signature !== signature) {
    record.signature = signature;
    record.local = {};
    fillDialog(record, reload);
  }
  showErrors(record);
}

function newRecord(id, reload) {
  const titleId = freshId("title");
  const dialog = el("dialog", { class: "modal", role: "dialog", "aria-labelledby": titleId, tabindex: "-1", data: { viewId: id, key: `view-${id}` } });
  const record = { dialog, titleId, form: null, local: {}, busy: false };
  // Esc would close the dialog at once; the server decides what stands below it.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    closeView(record, reload);
  });
  document.body.append(dialog);
  shown.set(id, record);
  return record;
}

function openDialog({ dialog }) {
  dialog.showModal();
  const wanted = dialog.querySelector("[data-wants-focus]");
  if (wanted) return wanted.focus();
  // What stands above the first field is to be read first.
  (dialog.querySelector(".input .field, .input input") ?? dialog).focus({ preventScroll: true });
}

function fillDialog(record, reload) {
  const { view, id } = record.entry;
  const kept = record.form ? readValues(record.form) : {};
  const focused = record.dialog.contains(document.activeElement) ? document.activeElement : null;
  const selection = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  const ctx = { key: `view/${id}`, kept, send: (action) => sendAction({ view: id }, { ...action, values: readValues(record.form) }), upload: (block, action, file) => putFile(id, block, action, file) };
  record.form = el("form", { class: "modal-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(record, reload); } } },
    el("header", { class: "modal-head" },
      el("h2", { id: record.titleId }, textNodes(view.title)),
      el("button", { type: "button", class: "quiet", "aria-label": "Dismiss", data: { focus: "dismiss" }, on: { click: () => closeView(record, reload) } }, icon("close"))),
    el("div", { class: "modal-body" }, blockNodes(view.blocks, ctx)),
    el("p", { class: "notice", role: "alert", hidden: true }),
    el("footer", { class: "dialog-foot" },
      el("button", { type: "button", class: "button", data: { focus: "close" }, on: { click: () => closeView(record, reload) } }, textNodes(view.close ?? "Cancel")),
      view.submit ? el("button", { type: "submit", class: "button primary", data: { focus: "submit" } }, textNodes(view.submit)) : null));
  record.dialog.replaceChildren(record.form);
  setBusy(record, record.busy);
  const next = focused && twin(focused, record.dialog);
  if (!next) return record.dialog.open ? record.dialog.focus() : undefined;
  next.focus({ preventScroll: true });
  if (selection && selection[0] !== null && "setSelectionRange" in next) next.setSelectionRange(...selection);
}

async function putFile(view, block, action, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const sent = { view_id: view, block_id: block, action_id: action, name: file.name, content: btoa(text) };
  return (await post("put_file", sent)).file;
}

function setBusy(record, busy) {
  record.busy = busy;
  const button = record.form.querySelector("button[type=submit]");
  button?.toggleAttribute("aria-busy", false);
  if (busy) button?.setAttribute("aria-busy", "true");
  if (busy) button?.setAttribute("aria-disabled", "true");
  else button?.removeAttribute("aria-disabled");
}

function notice(record, text) {
  const node = record.form.querySelector(".notice");
  node.hidden = !text;
  node.textContent = text;
}

async function submit(record, reload) {
  if (record.busy || !record.entry.view.submit) return;
  const values = readValues(record.form);
  record.local = missingInputs(record.entry.view.blocks, values);
  notice(record, "");
  if (Object.keys(record.local).length) return showErrors(record, true);
  setBusy(record, true);
  try {
    const { result } = await post("submit", { view_id: record.entry.id, values });
    await reload();
    if (result === "missed") notice(record, "The app did not answer within 3 seconds. Nothing was changed here; try again.");
    else if (!SETTLED.includes(result)) notice(record, "The app answered with an error. Try again.");
    if (result === "errors") showErrors(record, true);
  } catch (error) {
    notice(record, error.message);
  } finally {
    setBusy(record, false);
  }
}

async function closeView(record, reload) {
  try {
    await post("close", { view_id: record.entry.id });
    await reload();
  } catch (error) {
    notice(record, error.message);
  }
}

// Errors of the app and of the page's own checks, each below its input; those that fit no input stand at the foot.
function showErrors(record, focusFirst = false) {
  const errors = { ...record.entry.errors, ...record.local };
  for (const holder of record.form.querySelectorAll(".input")) {
    const text = errors[holder.dataset.inputBlock] ?? null;
    delete errors[holder.dataset.inputBlock];
    showError(holder, text);
  }
  const rest = Object.values(errors).map((text) => plainText(text)).join(" ");
  if (rest) notice(record, rest);
  if (focusFirst) record.form.querySelector(".invalid .field, .invalid input")?.focus();
}

function showError(holder, text) {
  const control = document.getElementById(holder.dataset.controlId);
  const errorId = `${holder.dataset.controlId}-error`;
  const old = holder.querySelector(":scope > .error");
  if ((old?.lastChild.textContent ?? null) === text) return;
  old?.remove();
  holder.classList.toggle("invalid", text !== null);
  const described = [control.id + "-hint", errorId].filter((id) => (id === errorId ? text !== null : holder.querySelector(".hint")));
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  else control.removeAttribute("aria-describedby");
  if (text === null) control.removeAttribute("aria-invalid");
  else control.setAttribute("aria-invalid", "true");
  if (text !== null) holder.append(el("p", { id: errorId, class: "error", role: "alert" }, icon("warning"), text));
}

// Controls that hold a value, each with `node`, `read()` (its entry of Slack's `state.values`) and sometimes `restore()`.
import { el } from "./dom.js";
import { plainText, textNodes } from "./mrkdwn.js";
import { store } from "./state.js";

const readers = new WeakMap();
let counter = 0;

export const freshId = (stem) => `${stem}-${(counter += 1)}`;

function register(node, data, read) {
  Object.assign(node.dataset, { holdsValue: "", blockId: data.blockId ?? "", actionId: data.actionId });
  readers.set(node, read);
}

/** All values below `root`, as `{block_id: {action_id: state}}`. */
export function readValues(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-holds-value]")) {
    (values[node.dataset.blockId] ??= {})[node.dataset.actionId] = readers.get(node)();
  }
  return values;
}

/** Single or multi-line text. @param {object} data `blockId`, `actionId`, `id`, `name`, `kept`, `changed` */
export function textInput(element, data) {
  const node = el(element.multiline ? "textarea" : "input", {
    id: data.id, class: "field", type: element.multiline ? null : "text", rows: element.multiline ? 4 : null,
    maxlength: element.max_length, placeholder: plainText(element.placeholder) || null,
    "aria-label": data.id ? null : data.name, autocomplete: "off", spellcheck: "false",
    data: { wantsFocus: element.focus_on_load ? "" : null },
  });
  node.value = data.kept?.value ?? element.initial_value ?? "";
  const read = () => ({ type: element.type, value: node.value === "" ? null : node.value });
  register(node, data, read);
  if (data.changed) node.addEventListener("change", () => data.changed(read()));
  return { node, read };
}

/** A day, in the browser's own picker. */
function dateInput(element, data) {
  const node = el("input", { id: data.id, class: "field", type: "date", "aria-label": data.id ? null : data.name, data: { wantsFocus: element.focus_on_load ? "" : null } });
  node.value = data.kept?.selected_date ?? element.initial_date ?? "";
  const read = () => ({ type: element.type, selected_date: node.value === "" ? null : node.value });
  register(node, data, read);
  if (data.changed) node.addEventListener("change", () => data.changed(read()));
  return { node, read };
}

/** One file or several; each is sent as soon as it is chosen, and the form carries what the sandbox made of it. */
function fileInput(element, data) {
  let files = data.kept?.files ?? [];
  const most = element.max_files ?? 10;
  const input = el("input", { id: data.id, class: "field", type: "file", multiple: most > 1, accept: element.filetypes?.map((one) => `.${one}`).join(",") || null });
  const names = el("p", { class: "hint", role: "status" });
  const show = (problem) => { names.textContent = problem ?? files.map((one) => one.name).join(", "); };
  input.addEventListener("change", async () => {
    try {
      files = await Promise.all([...input.files].slice(0, most).map((file) => data.upload(file, element.action_id)));
      show();
    } catch (error) {
      files = [];
      show(error.message);
    }
  });
  const node = el("div", {}, input, names);
  show();
  register(node, data, () => ({ type: element.type, files }));
  return { node };
}

function allOptions(element) {
  if (element.type === "users_select") {
    return store.data.users.filter((user) => !user.deactivated).map((user) => ({ text: { type: "plain_text", text: user.name, emoji: false }, value: user.id }));
  }
  return element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
}

/** A native select, so that it works with every keyboard and reader. */
export function selectControl(element, data) {
  const options = allOptions(element);
  const choose = (option) => el("option", { value: String(options.indexOf(option)) }, plainText(option.text));
  const groups = element.option_groups?.map((group) => el("optgroup", { label: plainText(group.label) }, group.options.map(choose)));
  const node = el("select", { id: data.id, class: "field", "aria-label": data.id ? null : data.name, data: { wantsFocus: element.focus_on_load ? "" : null } },
    el("option", { value: "" }, plainText(element.placeholder) || "Choose an option"), groups ?? options.map(choose));
  const users = element.type === "users_select";
  const picked = () => options[node.value === "" ? -1 : Number(node.value)] ?? null;
  const read = () => (users ? { type: element.type, selected_user: picked()?.value ?? null } : { type: element.type, selected_option: picked() });
  const restore = (state) => {
    const value = users ? state?.selected_user : state?.selected_option?.value;
    node.value = value === undefined || value === null ? "" : String(options.findIndex((option) => option.value === value));
  };
  restore(data.kept ?? { selected_option: element.initial_option, selected_user: element.initial_user });
  register(node, data, read);
  if (data.changed) node.addEventListener("change", () => data.changed(read()));
  return { node, read, restore };
}

/** radio_buttons and checkboxes. */
export function choiceGroup(element, data) {
  const many = element.type === "checkboxes";
  const group = freshId("choice");
  const boxes = element.options.map((option) => ({ option, box: el("input", { type: many ? "checkbox" : "radio", name: group, value: option.value, data: { blockId: data.blockId, actionId: data.actionId, wantsFocus: element.focus_on_load ? "" : null } }) }));
  const node = el("div", { id: data.id, class: "choices", role: many ? "group" : "radiogroup", "aria-label": data.labelledBy ? null : data.name, "aria-labelledby": data.labelledBy },
    boxes.map(({ option, box }) => el("label", { class: "choice" }, box,
      el("span", {}, textNodes(option.text), option.description ? el("small", {}, textNodes(option.description)) : null))));
  const checked = () => boxes.filter(({ box }) => box.checked).map(({ option }) => option);
  const read = () => (many ? { type: element.type, selected_options: checked() } : { type: element.type, selected_option: checked()[0] ?? null });
  const restore = (state) => {
    const chosen = many ? state?.selected_options ?? [] : [state?.selected_option];
    for (const { option, box } of boxes) box.checked = chosen.some((one) => one?.value === option.value);
  };
  restore(data.kept ?? { selected_options: element.initial_options, selected_option: element.initial_option });
  register(node, data, read);
  if (data.changed) node.addEventListener("change", () => data.changed(read()));
  return { node, read, restore };
}

const CONTROLS = { plain_text_input: textInput, datepicker: dateInput, file_input: fileInput, static_select: selectControl, users_select: selectControl, radio_buttons: choiceGroup, checkboxes: choiceGroup };

/** An input block: label, control, hint, and room for its error. */
export function inputBlock(block, ctx) {
  const { element } = block;
  if (!Object.hasOwn(CONTROLS, element.type)) return el("p", { class: "undrawn" }, `The sandbox does not draw this yet: ${element.type}`);
  const id = freshId("input");
  const choices = CONTROLS[element.type] === choiceGroup;
  const changed = block.dispatch_action ? (state) => ctx.send({ block_id: block.block_id, action_id: element.action_id, ...sentState(state) }) : null;
  const { node } = CONTROLS[element.type](element, {
    id, blockId: block.block_id, actionId: element.action_id, changed,
    upload: (file, action) => ctx.upload(block.block_id, action, file), labelledBy: choices ? `${id}-label` : null, kept: ctx.kept?.[block.block_id]?.[element.action_id],
  });
  if (!block.optional) node.setAttribute(choices && element.type === "checkboxes" ? "data-required" : "aria-required", "true");
  if (block.hint) node.setAttribute("aria-describedby", `${id}-hint`);
  return el("div", { class: "input", data: { inputBlock: block.block_id, controlId: id } },
    el(choices ? "span" : "label", { id: `${id}-label`, class: "label", for: choices ? null : id }, textNodes(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null),
    node,
    block.hint ? el("p", { id: `${id}-hint`, class: "hint" }, textNodes(block.hint)) : null);
}

function sentState({ type: _type, ...state }) {
  return state;
}

/** Slack's own checks before a submit. @returns {object} error texts by block id */
export function missingInputs(blocks, values) {
  const errors = {};
  for (const { type, block_id: id, optional, element } of blocks) {
    if (type !== "input") continue;
    const state = values[id]?.[element.action_id] ?? {};
    const held = state.value ?? state.selected_date ?? state.selected_option ?? state.selected_user ?? (state.selected_options?.length ? state.selected_options : null) ?? (state.files?.length ? state.files : null);
    if (held === null || held === undefined) {
      if (!optional) errors[id] = "Please complete this required field.";
    } else if (element.min_length && String(state.value).length < element.min_length) {
      errors[id] = `Please write at least ${element.min_length} characters.`;
    }
  }
  return errors;
}

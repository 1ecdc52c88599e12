// Slack's date tokens in this browser's zone. See docs.slack.dev/messaging/formatting-message-text.

const DAY_MS = 86_400_000;
const HALF_YEAR_MS = 182 * DAY_MS;

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

// Slack leaves the year out within six months of today.
function withYear(text, date) {
  return Math.abs(date - Date.now()) > HALF_YEAR_MS ? `${text}, ${date.getFullYear()}` : text;
}

const part = (date, options) => new Intl.DateTimeFormat("en-US", options).format(date);

function long(date) {
  return withYear(`${part(date, { month: "long" })} ${ordinal(date.getDate())}`, date);
}

const DATES = {
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-"),
  date_slash: (date) => part(date, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: long,
  date_short: (date) => withYear(part(date, { month: "short", day: "numeric" }), date),
  date_long: (date) => `${part(date, { weekday: "long" })}, ${long(date)}`,
};

// "Today" opens a text with a capital letter and is small inside one.
function pretty(date, otherwise) {
  const start = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate());
  const days = Math.round((start(date) - start(new Date())) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? otherwise(date);
}

function ago(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

// Twelve or twenty-four hours as the reader's language has it.
function clock(date, options) {
  const twelve = new Intl.DateTimeFormat(navigator.language, { hour: "numeric" }).resolvedOptions().hour12;
  return new Intl.DateTimeFormat(navigator.language, { hour: twelve ? "numeric" : "2-digit", minute: "2-digit", ...options }).format(date);
}

const TOKENS = {
  ...DATES,
  date_pretty: (date) => pretty(date, DATES.date),
  date_short_pretty: (date) => pretty(date, DATES.date_short),
  date_long_pretty: (date) => pretty(date, DATES.date_long),
  day_divider_pretty: (date) => pretty(date, DATES.date_long),
  time: (date) => clock(date, {}),
  time_secs: (date) => clock(date, { second: "2-digit" }),
  ago,
};

/** The format filled in, or null when it holds no known token or the time is not one: then the fallback shows. */
export function formatDate(epochSeconds, format) {
  const date = new Date(Number(epochSeconds) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  let known = 0;
  const text = String(format).replace(/\{(\w+)\}/g, (whole, name) => {
    if (!Object.hasOwn(TOKENS, name)) return whole;
    known += 1;
    return TOKENS[name](date);
  });
  if (!known) return null;
  return /^\{\w+_pretty\}/.test(String(format)) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** Day and time to the second, with the zone, for tooltips. */
export function fullTime(epochSeconds) {
  const date = new Date(Number(epochSeconds) * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(navigator.language, { dateStyle: "full", timeStyle: "long" }).format(date);
}

/** A `time` node; `refreshDates` keeps "today" and "3 minutes ago" true. */
export function dateNode(epochSeconds, format, fallback) {
  const node = document.createElement("time");
  node.dataset.epoch = epochSeconds;
  node.dataset.format = format;
  node.dataset.fallback = fallback ?? "";
  node.title = fullTime(epochSeconds);
  fill(node);
  return node;
}

function fill(node) {
  const { epoch, format, fallback } = node.dataset;
  const text = formatDate(epoch, format) ?? fallback;
  if (node.textContent !== text) node.textContent = text;
}

export function refreshDates(root) {
  for (const node of root.querySelectorAll("time[data-format]")) fill(node);
}

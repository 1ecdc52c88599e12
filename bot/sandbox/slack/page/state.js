// What the sandbox's server knows, as this person sees it.

const handle = decodeURIComponent(location.pathname.split("/")[2] ?? "");

/** The last state fetched, and who looks at it. `data` is null until the first answer. */
export const store = { data: null, handle };

/** Sends one request of this person; throws an Error with the server's words when it is refused. */
export async function post(path, body) {
  const response = await fetch(`/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: store.data.me.id, ...body }, withoutTokens),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`The sandbox refused this: ${answer.error ?? `status ${response.status}`}`);
  return answer;
}

// The state adds `tokens` to mrkdwn texts and `text_tokens` to messages; Slack has neither.
function withoutTokens(key, value) {
  return (key === "tokens" || key === "text_tokens") && Array.isArray(value) ? undefined : value;
}

/** A value of the state as JSON, without what the server added for this page. */
export function rawJson(value) {
  return JSON.stringify(value, withoutTokens, 2);
}

async function fetchState() {
  const response = await fetch(`/_sandbox/state?handle=${encodeURIComponent(handle)}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`Nobody here is called “${handle}” (status ${response.status}).`);
  store.data = await response.json();
}

let running = null;
let again = false;

/** Fetches the state and calls `draw`; requests that come meanwhile are folded into one more. */
export function refresh(draw) {
  if (running) {
    again = true;
    return running;
  }
  running = fetchState().then(draw).finally(() => {
    running = null;
    if (again) {
      again = false;
      refresh(draw).catch(() => {});
    }
  });
  return running;
}

/** Follows the server's changes; `onLink(true | false)` tells whether the line stands. */
export function follow(draw, onLink) {
  const source = new EventSource("/_sandbox/events");
  const catchUp = () => refresh(draw).then(() => onLink(true), () => onLink(false));
  source.addEventListener("open", catchUp);
  source.addEventListener("message", catchUp);
  source.addEventListener("error", () => onLink(false));
}

/** A person's shown name; ids that nobody has show as themselves. */
export function userName(id) {
  return store.data.users.find((user) => user.id === id)?.name ?? id;
}

export function groupHandle(id) {
  return store.data.groups.find((group) => group.id === id)?.handle ?? id;
}

export function channelName(id) {
  return store.data.channels.find((channel) => channel.id === id)?.name ?? id;
}

export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** Whether a message stands in the channel itself: every one that is no reply, and replies sent there too. */
export function isInChannel(message) {
  return !isReply(message) || Boolean(message.broadcast);
}

/** Messages of one channel that this person may see, oldest first. */
export function messagesOf(channel) {
  const mine = store.data.me.id;
  return store.data.messages
    .filter((message) => message.channel === channel)
    .filter((message) => !message.ephemeral_for || message.ephemeral_for === mine)
    .sort((a, b) => Number(a.ts) - Number(b.ts));
}

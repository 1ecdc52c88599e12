// The emoji a responder's messages use, drawn with signs that every plain font has, so that no font or picture is needed.
import { el } from "./dom.js";

const GLYPHS = {
  white_check_mark: ["✓", "good"], heavy_check_mark: ["✓", "good"], large_green_circle: ["●", "good"], unlock: ["○", "good"],
  x: ["✕", "bad"], no_entry: ["⊘", "bad"], no_entry_sign: ["⊘", "bad"], red_circle: ["●", "bad"], rotating_light: ["!", "bad"],
  exclamation: ["!", "bad"], octagonal_sign: ["■", "bad"], triangular_flag_on_post: ["⚑", "bad"], fire: ["▲", "bad"],
  warning: ["⚠", "warn"], large_yellow_circle: ["●", "warn"], large_orange_circle: ["●", "warn"], bell: ["♪", "warn"],
  hourglass: ["⧗", "warn"], hourglass_flowing_sand: ["⧗", "warn"], stopwatch: ["◷", "warn"], lock: ["▣", "warn"], key: ["⚷", "warn"],
  information_source: ["i", "info"], large_blue_circle: ["●", "info"], mag: ["⌕", "info"], question: ["?", "info"],
  clock1: ["◷", "info"], link: ["∞", "info"], memo: ["✎", "info"], shield: ["◈", "info"], arrow_right: ["→", "info"],
  white_circle: ["○", "plain"], black_circle: ["●", "plain"], leftwards_arrow_with_hook: ["↩", "plain"], point_right: ["☞", "plain"],
  eyes: ["◉", "plain"], zzz: ["z", "plain"], wave: ["☼", "plain"], thumbsup: ["▲", "good"], "+1": ["▲", "good"], tada: ["✶", "good"],
};

/** The sign of one emoji code without colons; unknown codes show as they were written. */
export function emojiNode(name) {
  const known = Object.hasOwn(GLYPHS, name) ? GLYPHS[name] : null;
  if (!known) return `:${name}:`;
  const [glyph, tone] = known;
  return el("span", { class: `emoji emoji-${tone}`, role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, glyph);
}

/** Plain text with its known emoji codes drawn. */
export function withEmoji(text) {
  return String(text).split(/(:[a-z0-9_+-]+:)/).filter(Boolean).map((piece) => {
    const name = /^:([a-z0-9_+-]+):$/.exec(piece)?.[1];
    return name ? emojiNode(name) : piece;
  });
}

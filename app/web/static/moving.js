// Keeps a page current that moves: asks every second, touches only what differs, rests while nobody looks.
// Without this script the page is complete; it only has to be reloaded.
import { ask } from "./ask.js";
import { atHome } from "./polaris.js";
import { settle } from "./settle.js";

const EVERY_MS = 1000;
let seen = null;
let asking = false;

const say = (live, words, state) => {
  if (live.textContent !== words) live.textContent = words;
  live.dataset.live = state;
};

// Whoever has scrolled down goes on seeing the same row in the same place, whatever arrives above it.
const steadily = (change) => {
  const seen = window.scrollY > 0 && [...document.querySelectorAll("[data-moving] [id]")].find((node) => topOf(node) > 0);
  const before = seen && topOf(seen);
  change();
  if (seen && seen.isConnected) window.scrollBy(0, topOf(seen) - before);
};

const topOf = (node) => node.getBoundingClientRect().top;

const show = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const there of page.querySelectorAll("[data-moving]")) {
    const here = document.getElementById(there.id);
    if (here) settle(here, atHome(document.importNode(there, true), { samePage: true }));
  }
};

const look = async () => {
  const live = document.getElementById("live");
  if (!live || asking || document.hidden) return;
  asking = true;
  try {
    const answer = await ask(live.dataset.from ?? "/fragments/today", {
      headers: seen ? { "If-None-Match": seen } : {},
      signal: AbortSignal.timeout(10 * EVERY_MS),
    });
    const html = answer.ok ? await answer.text() : "";
    if (!live.isConnected) return; // another page is shown by now
    if (answer.ok) {
      steadily(() => show(html));
      document.dispatchEvent(new Event("page:moved"));
      seen = answer.headers.get("ETag");
    } else if (answer.status !== 304) {
      throw new Error(`answered ${answer.status}`);
    }
    say(live, live.dataset.on, "on");
  } catch {
    say(live, live.dataset.off, "off");
  } finally {
    asking = false;
  }
};

document.addEventListener("page:shown", () => {
  seen = null;
  look();
});
document.addEventListener("visibilitychange", look);
setInterval(look, EVERY_MS);
look();

// Keeps today's page current: asks every second, touches only what differs, rests while nobody looks.
// Without this script the page is complete; it only has to be reloaded.
"use strict";

const EVERY_MS = 1000;
const live = document.getElementById("live");
let seen = null;
let asking = false;

const say = (words, state) => {
  if (live.textContent !== words) live.textContent = words;
  live.dataset.live = state;
};

// Make `here` look like `there`. Nodes that are alike stay the same nodes, so focus, selection, typed text and
// open details survive; rows are recognised by their id, so a new first row does not rewrite all the others.
const settle = (here, there) => {
  if (here.isEqualNode(there)) return;
  if (here.nodeName !== there.nodeName || here.id !== there.id || here.nodeType !== Node.ELEMENT_NODE) {
    here.replaceWith(there);
    return;
  }
  for (const { name } of [...here.attributes]) if (!there.hasAttribute(name)) here.removeAttribute(name);
  for (const { name, value } of there.attributes) if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  const known = new Map([...here.children].filter((child) => child.id).map((child) => [child.id, child]));
  const kept = new Set([...there.children].map((child) => child.id));
  let spot = here.firstChild;
  for (const next of [...there.childNodes]) {
    while (spot && spot.id && !kept.has(spot.id)) spot = drop(spot);
    const match = next.id ? known.get(next.id) : spot && !spot.id && spot.nodeName === next.nodeName ? spot : null;
    if (!match) {
      here.insertBefore(next, spot);
    } else if (match === spot) {
      spot = spot.nextSibling;
      settle(match, next);
    } else {
      here.insertBefore(match, spot);
      settle(match, next);
    }
  }
  while (spot) spot = drop(spot);
};

const drop = (node) => {
  const following = node.nextSibling;
  node.remove();
  return following;
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
    if (here) settle(here, document.importNode(there, true));
  }
};

const ask = async () => {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch("/fragments/today", {
      headers: seen ? { "If-None-Match": seen } : {},
      cache: "no-store",
      signal: AbortSignal.timeout(10 * EVERY_MS),
    });
    if (answer.ok) {
      const html = await answer.text();
      steadily(() => show(html));
      seen = answer.headers.get("ETag");
    } else if (answer.status !== 304) {
      throw new Error(`answered ${answer.status}`);
    }
    say("Live", "on");
  } catch {
    say("No answer just now; this is how it last was. Trying again.", "off");
  } finally {
    asking = false;
  }
};

document.addEventListener("visibilitychange", ask);
setInterval(ask, EVERY_MS);
ask();

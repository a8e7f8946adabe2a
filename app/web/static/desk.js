// The agents' desk. What it is about stands behind the # of its address, which no browser sends; who looks is known by
// a token that this browser was given once, and shows with every call. No cookie: a frame would not have it.
import { beside } from "./beside.js";
import { settle } from "./settle.js";

const desk = document.getElementById("desk");
const here = document.getElementById("here");
const who = document.getElementById("who");
const said = document.getElementById("said");
const asks = document.getElementById("ask"); // for a login link; only where mails are sent
const framed = window.top !== window;
const kept = framed ? sessionStorage : localStorage; // in a frame, only as long as the frame
const LOOK_AGAIN_MS = 1_000;
const MOST_LOOKS = 30;

const fragment = () => new URLSearchParams(location.hash.slice(1));
const about = () => ({ desk: desk.dataset.desk, about: fragment().get("pass") ?? "" });
const rest = (milliseconds) => new Promise((ready) => setTimeout(ready, milliseconds));
const random = (bytes) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// One browser, one name: a login link works for the browser that opens it first.
const browser = () => {
  const name = kept.getItem("browser") ?? random(16);
  kept.setItem("browser", name);
  return name;
};

const say = (words, kind = "") => {
  said.replaceChildren(words);
  said.dataset.kind = kind;
};

const call = (path, body, keepalive = false) =>
  fetch(path, {
    method: "POST",
    keepalive,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${kept.getItem("token") ?? ""}` },
    body: JSON.stringify(body),
  });

const askWho = () => {
  kept.removeItem("token");
  here.replaceChildren();
  who.hidden = false;
  if (framed) {
    document.getElementById("elsewhere").hidden = false;
    document.getElementById("alone").href = location.href;
  } else if (asks) asks.hidden = false; // a link from a mail opens in a tab, which shares nothing with a frame
  document.getElementById("who-title").focus();
};

// Returns the answer's text, or nothing where there was none to be had: then it is said why.
const ask = async (path, body = about()) => {
  try {
    const answer = await call(path, body);
    if (answer.ok) return await answer.text();
    if (answer.status === 401) return askWho();
    say(answer.status < 500 ? (await answer.json()).why : desk.dataset.failed, "bad");
  } catch {
    say(desk.dataset.silent, "bad");
  }
};

// What an element would be with this within it.
const filled = (element, html) => {
  const next = element.cloneNode(false);
  next.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  return next;
};

const show = async () => {
  const html = await (fragment().get("pass") ? ask("/desk/api/ticket") : ask("/desk/api/me", {}));
  if (html) settle(here, filled(here, html));
};

const comeIn = async (code) => {
  const answer = await call("/desk/enter", { code, browser: browser() });
  if (answer.ok) kept.setItem("token", (await answer.json()).token);
  else if (!kept.getItem("token")) say(desk.dataset.used, "bad");
};

const askForLink = async () => {
  const { desk: name, about: pass } = about();
  const wish = { desk: name, about: pass, email: asks.elements.email.value, browser: browser() };
  if (await ask("/desk/login", wish)) say(desk.dataset.mailed);
};

// A helpdesk that vouches for who looks gives its frame a token at once; a page of its own takes none.
const frameIn = async () => {
  const token = desk.dataset.token;
  delete desk.dataset.token;
  if (!framed || !token) return;
  kept.setItem("token", token);
  const number = await beside();
  const answer = number && (await ask("/desk/api/beside", { desk: desk.dataset.desk, number }));
  if (answer) history.replaceState(null, "", `${location.pathname}#pass=${JSON.parse(answer).about}`);
};

const open = async () => {
  const told = fragment();
  const [code, first] = [told.get("in"), told.get("do")];
  if (code || first) {
    for (const name of ["in", "do"]) told.delete(name);
    const left = told.toString();
    history.replaceState(null, "", `${location.pathname}${left ? `#${left}` : ""}`);
  }
  if (code) await comeIn(code);
  await frameIn();
  who.hidden = true;
  await show();
  if (first) here.querySelector(`form[data-gesture="${CSS.escape(first)}"]`)?.requestSubmit();
};

const wished = (form) => {
  const typed = new FormData(form);
  const text = (name) => (typed.get(name) ?? "").trim();
  const wish = { act: form.dataset.gesture, confirm: form.dataset.confirm ?? "" };
  for (const name of ["order", "amount", "message", "words", "reason"]) wish[name] = text(name);
  const chosen = [...form.querySelectorAll("[data-place]")].filter((field) => Number(field.value) > 0);
  wish.items = chosen.map((field) => `#${field.dataset.place} x ${Number(field.value)}`).join(", ");
  for (const name of ["shipping", "as_credit", "with_refund", "with_flowers"]) wish[name] = typed.has(name);
  if (text("day")) wish.day = text("day");
  if (typed.has("gift")) wish.gift = Number(typed.get("gift"));
  if (typed.has("variant")) wish.variant = Number(typed.get("variant"));
  return wish;
};

// One preview, one press: however often its button is pressed, it is the same press.
const look = async (form) => {
  const wish = wished(form);
  const html = await ask("/desk/api/preview", { ...about(), wish });
  if (!html) return;
  say("");
  const preview = form.parentElement.querySelector(".preview");
  settle(preview, filled(preview, html));
  preview.pressed = { wish, press: random(16) };
  preview.querySelector("[data-focus]")?.focus();
};

const choose = async (button) => {
  const form = button.closest("form");
  const place = form.querySelector(".choices");
  const html = await ask(`/desk/api/${button.dataset.show}`, { ...about(), order: form.elements.order.value });
  if (!html) return;
  settle(place, filled(place, html));
  place.querySelector("input:enabled")?.focus();
};

const act = async (button) => {
  const preview = button.closest(".preview");
  const { wish, press } = preview.pressed;
  button.disabled = true;
  let html = await ask("/desk/api/act", { ...about(), wish, press, seen: button.dataset.seen });
  for (let looks = 0; html && looks < MOST_LOOKS; looks += 1) {
    const outcome = filled(document.createElement("div"), html);
    say(outcome);
    if (!outcome.querySelector("[data-again]")) break;
    await rest(LOOK_AGAIN_MS);
    html = await ask("/desk/api/outcome", { ...about(), press });
  }
  if (!html) {
    button.disabled = false;
    return;
  }
  preview.replaceChildren();
  preview.parentElement.querySelector("form").reset();
  preview.parentElement.querySelector(".choices")?.replaceChildren();
  await show();
  said.focus(); // what was pressed is gone, and this is what came of it
};

const note = async (form) => {
  const [likes, never] = ["likes", "never"].map((name) => form.elements[name].value);
  const answer = await ask("/desk/api/tastes", { ...about(), likes, never });
  if (!answer) return;
  say(JSON.parse(answer).said);
  await show();
};

const addWord = (button) => {
  const field = button.form.elements.never;
  const words = field.value.split(",").map((word) => word.trim()).filter(Boolean);
  if (!words.includes(button.dataset.chip)) field.value = [...words, button.dataset.chip].join(", ");
};

const settleThis = async (button, path, body = about()) => {
  button.disabled = true;
  const answer = await ask(path, body);
  button.disabled = false;
  if (!answer) return;
  say(JSON.parse(answer).said);
  await show();
  said.focus(); // what was pressed may be gone
};

const putOff = (form) => {
  const days = Number(form.elements.days.value);
  settleThis(form.querySelector("button"), "/desk/api/not-now", { ...about(), days });
};

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  delete form.dataset.confirm;
  if (form === asks) askForLink();
  else if ("tastes" in form.dataset) note(form);
  else if ("notNow" in form.dataset) putOff(form);
  else look(form);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("leave" in button.dataset) {
    await ask("/desk/leave", {});
    askWho();
  } else if ("act" in button.dataset) act(button);
  else if ("show" in button.dataset) choose(button);
  else if ("chip" in button.dataset) addWord(button);
  else if ("do" in button.dataset) {
    const { do: deed, effect } = button.dataset;
    settleThis(button, `/desk/api/${deed}${effect ? `/${effect}` : ""}`);
  } else if ("another" in button.dataset) {
    const form = button.closest(".gesture").querySelector("form");
    form.dataset.confirm = random(4);
    look(form);
  }
});

// What was typed since is not what was shown.
document.addEventListener("input", (event) => {
  const { fills } = event.target.dataset;
  if (fills) event.target.form.elements[fills].value = event.target.value;
  event.target.closest(".gesture")?.querySelector(".preview")?.replaceChildren();
  if (event.target.name === "order") event.target.form.querySelector(".choices")?.replaceChildren();
});
// Whoever looks away prepares nothing any more; colleagues would read it for some minutes yet.
window.addEventListener("pagehide", () => {
  if (here.querySelector(".preview:not(:empty)")) call("/desk/api/let-go", about(), true).catch(() => {});
});
window.addEventListener("hashchange", open);
open();

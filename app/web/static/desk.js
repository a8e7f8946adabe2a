// The agents' desk. What it is about stands behind the # of its address, which no browser sends; who looks is known by
// a token that this browser was given once, and shows with every call. No cookie: a frame would not have it.
import { settle } from "./settle.js";

const desk = document.getElementById("desk");
const here = document.getElementById("here");
const who = document.getElementById("who");
const said = document.getElementById("said");
const framed = window.top !== window;
const kept = framed ? sessionStorage : localStorage; // in a frame, only as long as the frame

const fragment = () => new URLSearchParams(location.hash.slice(1));

// One browser, one name: a login link works for the browser that opens it first.
const browser = () => {
  const known = kept.getItem("browser") ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  kept.setItem("browser", known);
  return known;
};

const say = (words, kind = "") => {
  said.textContent = words;
  said.dataset.kind = kind;
};

const call = (path, body) =>
  fetch(path, {
    method: "POST",
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
  }
  document.getElementById("who-title").focus();
};

const show = (html) => {
  const page = new DOMParser().parseFromString(`<div id="here">${html}</div>`, "text/html");
  settle(here, document.importNode(page.getElementById("here"), true));
};

// Returns the answer's text, or nothing where there was none to be had: then it is said why.
const ask = async (path, body) => {
  try {
    const answer = await call(path, body);
    if (answer.ok) return await answer.text();
    if (answer.status === 401) return askWho();
    say(answer.status < 500 ? (await answer.json()).why : "That did not work. Please try again in a moment.", "bad");
  } catch {
    say("No answer came. Please look again before you press again.", "bad");
  }
};

const comeIn = async (code) => {
  const answer = await call("/desk/enter", { code, browser: browser() });
  if (answer.ok) kept.setItem("token", (await answer.json()).token);
  else if (!kept.getItem("token")) say("This login link was used before, or is over. Please ask for another.", "bad");
};

const open = async () => {
  const about = fragment();
  const code = about.get("in");
  if (code) {
    about.delete("in");
    history.replaceState(null, "", `${location.pathname}${about.size ? `#${about}` : ""}`);
    await comeIn(code);
  }
  who.hidden = true;
  const pass = about.get("pass");
  const html = await (pass ? ask("/desk/api/ticket", { desk: desk.dataset.desk, about: pass }) : ask("/desk/api/me", {}));
  if (html) show(html);
};

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-leave]")) return;
  await ask("/desk/leave", {});
  askWho();
});
window.addEventListener("hashchange", open);
open();

// In the admin's frame a plain link or form bears no proof of who presses it. So ours are fetched, and the answer is
// shown in place. Without this script links still work, by way of the bounce page; presses do not.
import { ask } from "./ask.js";
import "./choices.js";
import "./line.js";
import { atHome } from "./polaris.js";
import { settle } from "./settle.js";

const PROOFS = ["id_token", "hmac", "session", "timestamp", "bounced"];
let busy = false;
let shown = location.pathname;
let again = null; // what opens the page again by itself, while it waits
let looking = null; // and while it is under way

const withoutProofs = (address) => {
  const clean = new URL(address, location.href);
  for (const name of PROOFS) clean.searchParams.delete(name);
  return clean;
};

const ours = (address) => new URL(address, location.href).origin === location.origin;

const show = (html, { samePage }) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title || document.title;
  document.documentElement.lang = page.documentElement.lang;
  const body = atHome(document.importNode(page.body, true), { samePage });
  if (samePage) {
    settle(document.body, body);
    document.querySelector("form.settings")?.reset(); // shows what was answered, not what was typed
  } else {
    document.body.replaceChildren(...body.childNodes);
    window.scrollTo(0, 0);
    document.getElementById("content")?.focus({ preventScroll: true });
  }
  document.querySelector("[aria-invalid]")?.focus();
  document.dispatchEvent(new Event("page:shown"));
};

// A press that is only refused takes nothing from whoever pressed: the page stays as it was typed, and says why.
const refusalOf = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector("[data-refusal]")?.textContent.trim();
};

// What was pressed is done, so nothing typed is left over; and what is said of it is said in sight.
const tell = (answer) => {
  if (answer.redirected) for (const form of document.forms) HTMLFormElement.prototype.reset.call(form);
  document.querySelector("[aria-invalid], .banner.inside, .notice")?.scrollIntoView({ block: "nearest" });
};

// The next answer takes it away again.
const complain = (words) => {
  const line = document.getElementById("no-answer") ?? document.createElement("p");
  Object.assign(line, { id: "no-answer", className: "banner", role: "alert", textContent: words });
  document.getElementById("content").before(line);
  line.scrollIntoView({ block: "nearest" });
};

const save = (blob, name) => {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
};

// `remember` is told where the answer came from: a redirect leads elsewhere.
const go = async (address, options, remember) => {
  if (busy) return;
  busy = true;
  looking?.abort(); // whoever presses comes first
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(address, options);
    const file = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
    if (file) return save(await answer.blob(), file[1]);
    const html = await answer.text();
    const refusal = options.method === "POST" && !answer.ok && refusalOf(html);
    if (refusal) return complain(refusal);
    remember?.(answer);
    const samePage = location.pathname === shown;
    show(html, { samePage });
    // What is answered does not say to which part of a page the link led.
    if (!samePage) document.getElementById(new URL(address, location.href).hash.slice(1))?.scrollIntoView();
    shown = location.pathname;
    if (options.method === "POST") tell(answer);
  } catch {
    complain(document.body.dataset.noAnswer);
  } finally {
    document.body.removeAttribute("aria-busy");
    busy = false;
    openAgain();
  }
};

const push = (answer) => {
  const address = withoutProofs(answer.url);
  if (address.href !== location.href) history.pushState(null, "", address);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || !ours(link.href)) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  event.preventDefault();
  go(link.href, {}, push);
});

// The admin's own menu says where to; App Bridge would load the whole frame anew.
document.addEventListener("shopify:navigate", (event) => {
  const address = event.target.getAttribute?.("href");
  if (address && ours(address)) go(address, {}, push);
});

// Read from the tag: a field called "method" would stand before the form's own word.
const told = (form, name) => form.getAttribute(name) ?? "";

document.addEventListener("submit", (event) => {
  const form = event.target;
  const [method, action] = [told(form, "method").toLowerCase(), new URL(told(form, "action"), location.href)];
  if (event.defaultPrevented || method === "dialog" || told(form, "target") || !ours(action)) return;
  event.preventDefault();
  const filled = new URLSearchParams(new FormData(form, event.submitter));
  if (method !== "post") {
    action.search = filled;
    go(action, {}, push);
    return;
  }
  // An answer without a redirect is about this form: the address stays.
  go(action, { method: "POST", body: filled }, (answer) => answer.redirected && push(answer));
});

// A page that says so is opened again after a few seconds: never under the hands of whoever types, presses or has left
// something half typed, and never in the way of a press.
const openAgain = () => {
  clearTimeout(again);
  const seconds = document.querySelector("[data-again]")?.dataset.again;
  if (seconds) again = setTimeout(lookAgain, 1000 * seconds);
};

const lookAgain = async () => {
  if (busy) return; // it opens again when that is over
  if (!document.hidden && !inHands()) {
    const mine = (looking = new AbortController());
    try {
      const answer = await ask(location.href, { signal: AbortSignal.any([mine.signal, AbortSignal.timeout(10_000)]) });
      const html = await answer.text();
      if (!mine.signal.aborted && !inHands()) show(html, { samePage: true });
    } catch {
      if (!mine.signal.aborted) complain(document.body.dataset.noAnswer);
    }
    if (mine.signal.aborted) return;
  }
  openAgain();
};

const inHands = () => [...document.forms].some((form) => [...form.elements].some(isChanged));

const isChanged = (field) => {
  if (field.options) return field.selectedIndex !== Math.max([...field.options].findIndex((each) => each.defaultSelected), 0);
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
};

window.addEventListener("popstate", () => go(location.href, {}));
history.replaceState(null, "", withoutProofs(location.href));
openAgain();

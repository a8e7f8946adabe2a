// Without this the page works all the same; with it, what happens shows up by itself.

const PAUSE = 2000;

function refreshed(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    const inUse = old !== document.activeElement && old.contains(document.activeElement);
    if (!now || inUse || now.innerHTML === old.innerHTML) continue;
    const scrolled = old.scrollTop;
    old.innerHTML = now.innerHTML;
    old.scrollTop = scrolled;
  }
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) refreshed(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The town is away for a moment: the next look will find it.
    }
  }
  setTimeout(look, PAUSE);
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
    button.textContent = "Copied";
  });
}

setTimeout(look, PAUSE);

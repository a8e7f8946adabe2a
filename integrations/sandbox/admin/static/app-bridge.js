// A stand-in for Shopify's App Bridge: what Lagniappe uses of it, answered by the practice town.
(() => {
  "use strict";
  const town = new URL(document.currentScript.src).origin;
  const asked = new URLSearchParams(location.search);
  // The true one remembers as well: a page that is reloaded without its query is still this shop's.
  const shop = asked.get("shop") ?? sessionStorage.getItem("practice-shop") ?? "";
  sessionStorage.setItem("practice-shop", shop);
  const plain = window.fetch.bind(window);

  const call = async (path, form) => {
    const options = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    const answer = await plain(`${town}/shopify/app-bridge/${path}?${new URLSearchParams({ shop })}`, options);
    if (!answer.ok) throw new Error(`the town answered ${answer.status}`);
    return answer.json();
  };
  const idToken = async () => (await call("id-token")).id_token;

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const ours = new URL(request.url).origin === location.origin && !request.headers.has("Authorization");
    if (!ours) return plain(request);
    const send = async () => {
      const signed = request.clone();
      signed.headers.set("Authorization", `Bearer ${await idToken()}`);
      return plain(signed);
    };
    const answer = await send();
    return answer.headers.has("X-Shopify-Retry-Invalid-Session-Request") ? send() : answer;
  };

  const dialog = (title, choices) =>
    new Promise((resolve) => {
      const box = document.createElement("dialog");
      const form = document.createElement("form");
      form.method = "dialog";
      form.append(Object.assign(document.createElement("h2"), { textContent: title }));
      for (const [value, label] of [...choices, ["", "Cancel"]]) {
        const line = document.createElement("p");
        line.append(Object.assign(document.createElement("button"), { value, textContent: label }));
        form.append(line);
      }
      box.append(form);
      box.addEventListener("close", () => {
        box.remove();
        resolve(box.returnValue);
      });
      document.body.append(box);
      box.showModal();
    });

  window.shopify = {
    idToken,
    scopes: {
      query: () => call("scopes"),
      request: async (scopes) => {
        const yes = await dialog(`Lagniappe asks for ${scopes.join(", ")}`, [["yes", "Allow"]]);
        if (!yes) return { result: "declined-all" };
        await call("scopes", scopes.map((scope) => ["scope", scope]));
        return { result: "granted-all" };
      },
    },
    // The true one hands out products or variants of the store, or undefined when nothing was chosen.
    resourcePicker: async () => {
      const { variants } = await call("variants");
      const chosen = await dialog("Choose a gift", variants.map((each) => [each.id, each.title]));
      return chosen ? variants.filter((each) => each.id === chosen) : undefined;
    },
  };

  const reload = asked.get("shopify-reload");
  if (reload) {
    idToken().then((token) => {
      const page = new URL(reload, location.origin);
      page.searchParams.set("id_token", token);
      if (page.origin === location.origin) location.replace(page);
    });
  }
})();

// What only App Bridge can ask for: goods of the store, and more rights in it. Without it the field can be typed into,
// and the link leads to the store's own question.
const pick = async (field) => {
  const chosen = await window.shopify.resourcePicker({ type: "variant", multiple: true, action: "select" });
  if (!chosen?.length) return;
  const known = field.value.split("\n").filter((line) => line.trim());
  field.value = [...new Set([...known, ...chosen.map(({ id }) => id.split("/").pop())])].join("\n");
};

document.addEventListener("click", (event) => {
  const { picks, grants } = event.target.dataset ?? {};
  if (picks && window.shopify?.resourcePicker) pick(document.getElementById(picks));
  if (grants && window.shopify?.scopes?.request) {
    event.preventDefault();
    window.shopify.scopes.request(grants.split(" ")); // what comes of it, the store tells us and today's page shows
  }
});

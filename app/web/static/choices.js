// What only App Bridge can ask for: goods of the store, and more rights in it. Without it the fields can be typed into.
document.addEventListener("click", async (event) => {
  const picks = event.target.dataset?.picks;
  if (!picks) return;
  const chosen = await window.shopify?.resourcePicker?.({ type: "variant", multiple: true, action: "select" });
  if (!chosen?.length) return;
  const field = document.getElementById(picks);
  const known = field.value.split("\n").filter((line) => line.trim());
  field.value = [...new Set([...known, ...chosen.map(({ id }) => id.split("/").pop())])].join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Where the admin's own components have come, a state is told by one: the same word, in the look of what is around us.
// Without them, and in a page that somebody sees already, our own badge stays: nothing moves under their eyes.
const TONES = {
  done: "success", special: "success", auto: "success",
  awaiting: "warning", approve: "warning",
  planned: "info", sending: "info", pending: "info",
  uncertain: "critical", refused: "critical", over_budget: "critical",
};
let dressed = false;

const dress = (root) => {
  for (const badge of root.querySelectorAll(".badge[data-state]")) {
    const theirs = root.ownerDocument.createElement("s-badge");
    theirs.setAttribute("tone", TONES[badge.dataset.state] ?? "neutral");
    theirs.append(...badge.childNodes);
    badge.append(theirs);
  }
};

// `root` is about to be shown, as a page of its own or as a part of the page that is.
export const atHome = (root, { samePage }) => {
  if (!samePage) dressed = Boolean(customElements.get("s-badge"));
  if (dressed) dress(root);
  return root;
};

customElements.whenDefined("s-badge").then(() => {
  if (dressed || performance.getEntriesByName("first-contentful-paint").length) return;
  dressed = true;
  dress(document.body);
});

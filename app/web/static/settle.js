// Makes `here` look like `there`. Nodes that are alike stay the same nodes, so focus, selection, typed text and
// open details survive; rows are recognised by their id, so a new first row does not rewrite all the others.
export const settle = (here, there) => {
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

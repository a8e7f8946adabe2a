// A line that can be moved over a chart: by its slider, by a key, or by dragging in the picture. What it would mean is
// said beside it, from figures that came with the page, and stands in the field that is sent. Nothing is saved by it.
const slider = () => document.querySelector("input[data-moves]");

const line = (chart) => {
  const known = chart.querySelector("line.moved");
  if (known) return known;
  const made = document.createElementNS(chart.namespaceURI, "line");
  made.setAttribute("class", "moved");
  return chart.appendChild(made);
};

const draw = (range) => {
  const chart = document.getElementById(range.dataset.moves);
  const means = JSON.parse(range.dataset.means);
  const [, says] = means[range.value - 1];
  const x = `${(100 * range.value) / (means.length + 1)}%`;
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: 0, y2: chart.dataset.base })) line(chart).setAttribute(name, value);
  range.setAttribute("aria-valuetext", says);
  range.parentElement.querySelector("output").textContent = says;
};

const choose = (range) => {
  const field = document.getElementById(range.dataset.into);
  field.value = JSON.parse(range.dataset.means)[range.value - 1][0];
  document.getElementById(field.dataset.with).checked = true;
  draw(range);
};

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.moves) choose(target);
});

const drag = (event) => {
  const range = slider();
  const chart = event.target.closest?.("svg");
  if (!range || !chart || chart.id !== range.dataset.moves || !(event.buttons & 1)) return;
  const { left, width } = chart.getBoundingClientRect();
  const place = Math.round(((event.clientX - left) / width) * (Number(range.max) + 1));
  range.value = Math.min(Math.max(place, 1), Number(range.max));
  choose(range);
};

document.addEventListener("pointerdown", drag);
document.addEventListener("pointermove", drag);

// A page that moves draws itself anew, and knows of no line that was moved.
document.addEventListener("page:moved", () => {
  const range = slider();
  if (range && range.value !== range.defaultValue) draw(range);
});

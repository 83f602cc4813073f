const $ = id => document.getElementById(id);
// make is an element with text, never with markup.
function make(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...children);
  return e;
}
const whole = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const percent = (v, digits) => (100 * v).toFixed(digits) + "\u00a0%";
const seconds = s => s.toFixed(s < 10 ? 2 : 1) + "\u00a0s";
const precise = v => v < .001 && v > 0 ? v.toExponential(1) : v.toPrecision(3);

// The rows of the table: an id, a name, and the text for a contender with its last point.
const rows = [
  ["steps", "steps", c => whole(c.steps)],
  ["seconds", "training", c => seconds(c.seconds)],
  ["pace", "a step", c => c.steps ? (1000 * c.seconds / c.steps).toFixed(1) + "\u00a0ms" : "–"],
  ["loss", "training loss", (c, last) => last ? precise(last.loss) : "–"],
  ["accuracy", "test accuracy", (c, last) => last ? percent(last.accuracy, 2) : "–"],
];

// goalName is the first cell of a goal's row, and its id.
const goalName = goal => "to " + percent(goal, 0), goalId = goal => "goal" + Math.round(100 * goal);

// fillTable shows how far both are; of each goal the better number stands out.
function fillTable(contenders, series) {
  const list = [];
  for (const [id, name, text] of rows) {
    list.push(make("tr", {}, make("th", { scope: "row" }, name), ...contenders.map((c, i) => make("td", { id: id + i }, text(c, series[i][series[i].length - 1])))));
  }
  contenders[0].reached.forEach((r, k) => {
    const points = contenders.map(c => c.reached[k].point), first = fastest(points);
    const cells = points.map((p, i) => make("td", { id: goalId(r.goal) + i },
      ...(p ? [make(i === first ? "b" : "span", {}, seconds(p.seconds)), make("small", {}, whole(p.step) + " steps")] : ["–"])));
    list.push(make("tr", { class: "goal" }, make("th", { scope: "row" }, goalName(r.goal)), ...cells));
  });
  $("table").replaceChildren(...list);
}

// fastest is the index of the point of the least seconds, or −1.
function fastest(points) {
  let best = -1;
  points.forEach((p, i) => { if (p && (best < 0 || p.seconds < points[best].seconds)) best = i; });
  return best;
}

// verdict says in a sentence who was first at 97 %.
function verdict(contenders, over) {
  const goal = .97, points = contenders.map(c => c.reached.find(r => r.goal === goal).point), first = fastest(points), other = 1 - first;
  if (first < 0) return over ? "Neither had 97\u00a0% of the test digits right in this time." : "";
  const when = i => seconds(points[i].seconds) + " (" + whole(points[i].step) + " steps)";
  let text = contenders[first].name + " had 97\u00a0% of the test digits right after " + when(first);
  if (points[other]) text += ", " + contenders[other].name + " after " + when(other);
  else text += over ? "; " + contenders[other].name + " not in this time" : "; " + contenders[other].name + " is still on its way";
  return text + ".";
}

let runs = [], by = "path", down = false;
const drawn = new Map(); // path → style, which a run keeps while it is ticked
function tick(r, on) {
  if (!on) { drawn.delete(r.path); return; }
  const taken = new Set(drawn.values());
  let i = 0;
  while (taken.has(i)) i++;
  drawn.set(r.path, i);
}
const scoreOf = (r, name) => { const s = r.scores.find(s => s[0] === name); return s ? s[1] : null; };
function columns() {
  const scores = [];
  for (const r of runs) for (const [name] of r.scores) if (!scores.includes(name) && scores.length < 12) scores.push(name);
  const text = (key, name) => ({ key, name, of: r => r[key] }), value = (key, name) => ({ key, name, of: r => r[key], number: true });
  const known = (key, name) => ({ key, name, of: r => r[key] || null, number: true }); // 0: the files do not say
  return [text("path", "run"), text("state", "ended"), text("model", "model"), text("dataset", "data"), text("optimizer", "optimizer"),
    ...scores.map(s => ({ key: "score:" + s, name: s.replaceAll("_", " "), of: r => scoreOf(r, s), number: true })),
    value("train_loss", "train loss"), value("steps", "steps"), value("train_seconds", "seconds"), value("steps_per_second", "steps/s"),
    known("batch_size", "batch"), { key: "seed", name: "seed", of: r => Number(r.seed), show: r => r.seed, number: true }, known("params", "parameters"),
    { key: "started", name: "started (UTC)", of: r => r.started, show: r => r.started.replace("T", " ").slice(0, 16) }];
}
const link = (path, name, label) => make("a", { href: "files/" + (path === "." ? "" : path + "/").split("/").map(encodeURIComponent).join("/") + encodeURIComponent(name) }, label);
function files(r) {
  const cell = make("td");
  if (r.report) cell.append(link(r.path, "report.html", "report"), " ");
  const list = make("details", {}, make("summary", { "aria-label": "Files of " + r.path }, r.files.length + (r.files.length === 1 ? " file" : " files")));
  for (const f of r.files) list.append(link(r.path, f, f), " ");
  cell.append(list);
  return cell;
}
function table() {
  const all = columns(), column = all.find(c => c.key === by) || all[0];
  const readable = runs.filter(r => !r.problem).sort((a, b) => {
    const v = column.of(a), w = column.of(b);
    if (v === null || v === "" || w === null || w === "") return (v === null || v === "") - (w === null || w === ""); // without a value last, either way
    return (down ? -1 : 1) * (column.number ? v - w : String(v).localeCompare(String(w), "en", { numeric: true }));
  });
  const head = make("tr", {}, make("th", { scope: "col" }, "draw"));
  for (const c of all) {
    const button = make("button", { type: "button" }, c.name + (c === column ? (down ? " ▼" : " ▲") : ""));
    button.addEventListener("click", () => {
      down = by === c.key && !down; by = c.key; table();
      $("runs").querySelectorAll("th button")[all.indexOf(c)].focus();
    });
    head.append(make("th", { scope: "col", class: c.number ? "number" : "", "aria-sort": c === column ? (down ? "descending" : "ascending") : "none" }, button));
    if (c === all[0]) head.append(make("th", { scope: "col" }, "files"));
  }
  const body = make("tbody");
  for (const r of readable) {
    const box = make("input", { type: "checkbox", "aria-label": "Draw " + r.path });
    box.checked = drawn.has(r.path);
    box.addEventListener("change", () => { tick(r, box.checked); draw(); });
    const cells = all.map((c, i) => make(i ? "td" : "th", i ? { class: c.number ? "number" : "" } : { scope: "row" }, c.show ? c.show(r) : c.number ? number(c.of(r)) : c.of(r) || ""));
    body.append(make("tr", {}, make("td", {}, box), cells[0], files(r), ...cells.slice(1)));
  }
  $("runs").replaceChildren(make("thead", {}, head), body);
}
function draw() {
  const x = chosen("x"), log = chosen("y") === "log", names = [], ticked = runs.filter(r => drawn.has(r.path) && r.curves);
  for (const r of ticked) for (const c of r.curves.columns) if (!names.includes(c.name) && names.length < 12) names.push(c.name);
  const list = names.map(name => ({ title: name.replaceAll("_", " "), x: x === "step" ? "steps" : "seconds of training", log: log && /(loss|error)$/.test(name),
    series: ticked.filter(r => r.curves.columns.some(c => c.name === name)).map(r => ({ name: r.path, x: r.curves[x], y: r.curves.columns.find(c => c.name === name).values, style: drawn.get(r.path) })) }));
  $("curves").replaceChildren(...list.map(() => make("figure")));
  list.forEach((o, i) => chart($("curves").children[i], o));
  const thin = ticked.filter(r => r.curves.every > 1).map(r => r.path + ": every " + r.curves.every + "th of " + number(r.curves.of));
  $("thinned").textContent = thin.length ? "Not all evaluations are drawn: " + thin.join("; ") + "." : "";
  differ(ticked);
}
function differ(ticked) {
  const names = [];
  for (const r of ticked) for (const [name] of r.config) if (!names.includes(name)) names.push(name);
  const of = (r, name) => { const c = r.config.find(c => c[0] === name); return c ? c[1] : ""; };
  const different = names.filter(name => new Set(ticked.map(r => of(r, name))).size > 1);
  $("s-differ").hidden = !different.length;
  $("differ").replaceChildren(make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "setting"), ...ticked.map(r => make("th", { scope: "col" }, r.path)))),
    make("tbody", {}, ...different.map(name => make("tr", {}, make("th", { scope: "row" }, name), ...ticked.map(r => make("td", {}, of(r, name)))))));
}
async function load() {
  let l;
  try {
    const answer = await fetch("runs.json", { cache: "no-store" });
    if (!answer.ok) throw new Error(await answer.text());
    l = await answer.json();
  } catch (e) { $("state").textContent = "The runs cannot be shown: " + e.message; return; }
  runs = l.runs;
  const broken = runs.filter(r => r.problem), whole = runs.filter(r => !r.problem);
  $("title").textContent = "Runs in " + l.directory;
  document.title = "Runs in " + l.directory;
  $("state").textContent = runs.length ? whole.length + (whole.length === 1 ? " run" : " runs") + (broken.length ? ", and " + broken.length + " that cannot be read" : "") + "." : "No run is kept there: each has a result.json, or a config.json and a metrics.csv.";
  $("notes").replaceChildren(...l.notes.map(t => make("p", { class: "warning", role: "note" }, t)));
  whole.slice(0, 8).forEach(r => tick(r, true));
  $("s-broken").hidden = !broken.length;
  $("broken").replaceChildren(...broken.map(r => make("tr", {}, make("th", { scope: "row" }, r.path), make("td", {}, r.problem), files(r))));
  table();
  draw();
}
$("axes").addEventListener("change", draw);
addEventListener("resize", draw);
load();

const titles = {
  damping: "Damping λ", rho: "ρ: actual over predicted change", gamma: "γ: damping of the factors", alpha: "α: learning rate", mu: "μ: momentum",
  grad_norm: "Norm of the gradient", update_norm: "Norm of the update", cosine: "Cosine of update and −gradient", clip_factor: "Clip factor",
  condition: "Greatest condition number", undone_steps: "Steps undone since the evaluation before" };
const logarithmic = ["damping", "gamma", "alpha", "grad_norm", "update_norm", "condition"];
let last = null, gallery = 0, failures = 0;
function figures(id, list) {
  const at = $(id);
  while (at.children.length > list.length) at.lastChild.remove();
  while (at.children.length < list.length) at.append(make("figure"));
  list.forEach((o, i) => { if (!at.children[i].matches(":hover")) chart(at.children[i], o); });
}
function draw() {
  const d = last, c = d.curves, bySeconds = chosen("x") === "seconds", log = chosen("y") === "log";
  const x = bySeconds ? "seconds of training" : "steps";
  const of = columns => columns.map((s, i) => ({ name: s.name.replaceAll("_", " "), x: bySeconds ? c.seconds : c.step, y: s.values, style: i, sparse: s.group === "kfac" }));
  const columns = c ? c.columns : [], isLoss = s => s.name.endsWith("loss"), list = [];
  const losses = of(columns.filter(isLoss));
  if (d.losses.step.length) losses.push({ name: d.losses.span > 1 ? "mean loss of " + d.losses.span + " steps" : "loss of a step", x: bySeconds ? d.losses.seconds : d.losses.step, y: d.losses.loss, style: 0, pale: true });
  list.push({ title: "Loss", x, log, series: losses });
  const others = columns.filter(s => s.group === "score" && !isLoss(s)), kinds = new Map();
  for (const s of others) {
    const kind = s.name.replace(/^(test|validation|train)_/, "");
    kinds.set(kind, (kinds.get(kind) || []).concat(s));
  }
  for (const [kind, group] of kinds) {
    const title = kind.replaceAll("_", " ");
    list.push({ title: title[0].toUpperCase() + title.slice(1), x, log: log && kind.endsWith("error"), series: of(group) });
  }
  figures("curves", list);
  const kfac = columns.filter(s => s.group === "kfac"), phase = columns.filter(s => s.group === "phase");
  // What has never changed is told in words: a flat line would hide among the others.
  const constant = kfac.filter(s => s.values.length > 1 && s.values.every(v => v === s.values[0]));
  $("s-kfac").hidden = !kfac.length;
  $("constant").textContent = constant.length ? "The same at all evaluations: " + constant.map(s => (titles[s.name] || s.name) + " " + number(s.values[0])).join("; ") + "." : "";
  figures("kfac", kfac.filter(s => !constant.includes(s)).map(s => ({ title: titles[s.name] || s.name, x, log: logarithmic.includes(s.name) && s.values.some(v => v > 0), series: of([s]),
    range: s.name === "rho" ? [-1, 2] : undefined, mark: s.name === "rho" ? 1 : undefined, note: logarithmic.includes(s.name) ? "Logarithmic axis." : "" })));
  $("s-phase").hidden = !phase.length;
  figures("phase", phase.length ? [{ title: "Milliseconds of a step, by part", x, series: of(phase) }] : []);
  $("thinned").textContent = c && c.every > 1 ? "Every " + c.every + "th of " + number(c.of) + " evaluations is drawn, and the last." : "";
}
function show(d) {
  last = d;
  const r = d.run, states = { done: "Done", target: "Done: the target is reached", cut: "Cut at a limit", patience: "Stopped: no improvement", diverged: "Diverged", interrupted: "Interrupted" };
  const state = d.ended ? states[d.ending] || (d.problem ? "Failed" : "Ended") : d.step ? "Training" : "Starting";
  if ($("state").textContent !== state) $("state").textContent = state;
  $("detail").textContent = d.problem;
  if (r) { $("title").textContent = r.title; document.title = (d.total && !d.ended ? Math.floor(100 * d.step / d.total) + "% " : "") + r.title; }
  $("progress").max = d.total || 1; $("progress").value = Math.min(d.step, d.total || 1);
  const tiles = [["step", number(d.step) + (d.total ? " of " + number(d.total) : "")]];
  if (r && r.steps_per_epoch) tiles.push(["epoch", number(Number((d.step / r.steps_per_epoch).toFixed(2))) + (d.total ? " of " + number(Number((d.total / r.steps_per_epoch).toFixed(2))) : "")]);
  tiles.push(["loss of the last step", number(d.loss)]);
  if (r) for (const [name, v] of r.scores) tiles.push([name.replaceAll("_", " "), number(v)]);
  tiles.push(["steps per second", number(d.steps_per_second, 3)], ["examples per second", number(Math.round(d.examples_per_second) || null)]);
  if (!d.ended) tiles.push(["remaining", duration(d.remaining_seconds)]);
  tiles.push(["elapsed", duration(d.elapsed_seconds)]);
  if (r) { tiles.push(["seconds of training", duration(r.train_seconds)], ["parameters", number(r.params)]); if (r.target) tiles.push(["target", r.target]); }
  $("tiles").replaceChildren(...tiles.map(([k, v]) => make("div", {}, make("dt", {}, k), make("dd", {}, v))));
  if (r) {
    $("warnings").replaceChildren(...r.warnings.map(t => make("p", { class: "warning", role: "note" }, t)));
    $("command").replaceChildren(...(r.command ? [make("code", {}, r.command)] : []));
    rows($("config"), r.config); rows($("environment"), r.environment);
  }
  draw();
}
function picture(bytes, e, label) {
  const canvas = make("canvas", { width: e.width, height: e.height, role: "img", "aria-label": label });
  const raw = atob(bytes), n = e.width * e.height, context = canvas.getContext("2d"), image = context.createImageData(e.width, e.height);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = raw.charCodeAt(i + (e.channels === 3 ? c * n : 0));
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
function showGallery(g) {
  $("s-gallery").hidden = !g.examples.length && !g.classes.length;
  const paired = g.examples.some(e => e.output), wrong = g.examples.every(e => e.truth && e.predicted && e.truth !== e.predicted && e.probability !== null);
  $("g-note").textContent = (wrong ? "Misclassified examples of the " + g.part + " part, the most certain of them" : "Examples of the " + g.part + " part" + (paired ? ", and what the model makes of them" : "")) +
    (g.left ? "; " + g.left + " more are not shown." : ".");
  $("gallery").replaceChildren(...g.examples.map(e => {
    const figure = make("figure");
    if (e.width) {
      const pair = make("div", e.output ? { class: "pair" } : {}, picture(e.input, e, "example " + e.index));
      if (e.output) pair.append(picture(e.output, e, "its reconstruction"));
      figure.append(pair);
    } else figure.append(make("p", { class: "faint" }, e.values.map(v => number(v, 3)).join(", ")));
    const caption = [];
    if (e.truth) caption.push("is " + e.truth);
    if (e.predicted) caption.push("predicted " + e.predicted + (e.probability !== null && e.probability > 0 ? " (" + (100 * e.probability).toFixed(1) + "%)" : ""));
    figure.append(make("figcaption", {}, "#" + e.index + (caption.length ? ": " + caption.join(", ") : "")));
    return figure;
  }));
  $("classes").hidden = !g.classes.length;
  const head = make("tr", {}, ...["class", "precision", "recall", "F1", "examples"].map((t, i) => make("th", { scope: "col", class: i ? "number" : "" }, t)));
  $("classes").replaceChildren(make("caption", {}, "Classes"), make("thead", {}, head), make("tbody", {}, ...g.classes.map(c =>
    make("tr", {}, make("th", { scope: "row" }, c[0]), ...c.slice(1).map(v => make("td", { class: "number" }, number(v)))))));
}
async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
async function poll() {
  let d = null;
  try {
    d = await get("data.json");
    failures = 0;
  } catch (e) {
    if (++failures > 2 || !last) { $("state").textContent = "No connection"; $("detail").textContent = "The command that trains has ended, or is out of reach. " + (last ? "What is below was known last." : ""); }
  }
  if (d) {
    show(d);
    if (d.gallery !== gallery) try { showGallery(await get("gallery.json")); gallery = d.gallery; } catch (e) { /* asked again */ }
    if (d.ended) return;
  }
  setTimeout(poll, failures ? 2000 : 1000);
}
$("axes").addEventListener("change", () => { if (last) draw(); });
addEventListener("resize", () => { if (last) draw(); });
poll();

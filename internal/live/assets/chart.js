"use strict";
const $ = id => document.getElementById(id);
// make is an element with text, never with markup: whatever data say stays text.
function make(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  for (const c of children) e.append(c);
  return e;
}
function svg(tag, attributes, text) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  return e;
}
function number(v, digits) {
  if (v === null || v === undefined || !isFinite(v)) return "–";
  if (v === 0) return "0";
  const a = Math.abs(v);
  if (Number.isInteger(v) && a < 1e9) return String(v).replace("-", "−").replace(/\B(?=(\d{3})+$)/g, ",");
  const s = a >= 1e6 || a < 1e-4 ? v.toExponential((digits || 4) - 1) : String(Number(v.toPrecision(digits || 4)));
  return s.replace("-", "−").replace(/e\+?(.*)$/, "e$1");
}
// tick is a number short enough for an axis.
const tickLabel = v => Math.abs(v) >= 1e6 ? v.toExponential().replace("e+", "e").replace("-", "−") : number(v);
function duration(s) {
  if (s === null || s === undefined || !isFinite(s)) return "–";
  if (s < 60) return (s < 10 ? s.toFixed(1) : Math.round(s)) + " s";
  const m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
  if (d) return d + " d " + (h % 24) + " h";
  return h ? h + " h " + (m % 60) + " min" : m + " min " + Math.floor(s % 60) + " s";
}
// Where colours occur again, dashes differ.
const dashes = ["", "7 3", "2 2", "8 3 2 3", "12 4", "4 3", "8 3 2 3 2 3", "14 3 5 3"];
const look = (i, pale) => pale ? { stroke: "var(--c4)" } : ({ stroke: "var(--c" + i % 8 + ")", "stroke-dasharray": dashes[(i + Math.floor(i / 8)) % 8] });
function linearTicks(lo, hi, most) {
  const power = Math.pow(10, Math.floor(Math.log10((hi - lo) / most)));
  for (const f of [1, 2, 5, 10]) {
    const step = f * power, first = Math.ceil(lo / step - 1e-9), last = Math.floor(hi / step + 1e-9);
    if (last - first >= most) continue;
    const list = [];
    for (let i = first; i <= last; i++) list.push(Number((i * step).toPrecision(12)));
    return list;
  }
  return [];
}
// logTicks labels decades, every few where there are many; of few decades their 2 and 5 as
// well, or all digits, or what a linear axis would.
function logTicks(lo, hi, most) {
  const k0 = Math.floor(Math.log10(lo) + 1e-9), k1 = Math.ceil(Math.log10(hi) - 1e-9), every = Math.ceil((k1 - k0 + 1) / most);
  for (const digits of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const list = [];
    for (let k = k0; k <= k1; k++) for (const d of digits) {
      const v = Number(d + "e" + k);
      if (v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9) && (digits.length > 1 || k % every === 0)) list.push(v);
    }
    if (list.length > 2) return list;
  }
  return linearTicks(lo, hi, most);
}
// chart draws series [{name, x, y, style, pale}] into a figure, with axes over what is
// drawn. What a logarithmic axis cannot show is counted below it.
function chart(figure, o) {
  // A unit is a pixel, so that text is as large in a narrow chart.
  const W = Math.max(280, Math.min(720, (figure.clientWidth || 480) - 18)), H = Math.round(Math.min(300, .6 * W)), left = 62, right = 14, top = 12, bottom = 40;
  const visible = [];
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity, dropped = 0, clipped = 0;
  for (const s of o.series) {
    const runs = [[]]; // a gap where nothing was measured
    for (let i = 0; i < s.x.length; i++) {
      const x = s.x[i]; let y = s.y[i];
      if (x === null || y === null) { if (runs[runs.length - 1].length && !s.sparse) runs.push([]); continue; }
      if (o.log && y <= 0) { dropped++; runs.push([]); continue; }
      if (o.range && (y < o.range[0] || y > o.range[1])) { clipped++; y = Math.max(o.range[0], Math.min(o.range[1], y)); }
      x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y);
      runs[runs.length - 1].push([x, y]);
    }
    visible.push({ s, runs: runs.filter(r => r.length) });
  }
  figure.replaceChildren(make("figcaption", {}, o.title));
  if (!(x1 >= x0)) { figure.append(make("p", { class: "faint" }, dropped ? "No value is above 0: choose the linear axis." : "No values yet.")); return; }
  if (x0 === x1) { x0 -= .5; x1 += .5; }
  if (o.log) { if (y0 === y1) { y0 /= 2; y1 *= 2; } else { const f = Math.pow(y1 / y0, .04); y0 /= f; y1 *= f; } }
  else if (y0 === y1) { const d = Math.abs(y0) * .1 || 1; y0 -= d; y1 += d; }
  else { const d = (y1 - y0) * .04; y0 -= d; y1 += d; }
  const X = x => left + (x - x0) / (x1 - x0) * (W - left - right);
  const Y = o.log ? y => H - bottom - Math.log(y / y0) / Math.log(y1 / y0) * (H - top - bottom)
    : y => H - bottom - (y - y0) / (y1 - y0) * (H - top - bottom);
  const last = o.series.slice(0, 8).map(s => { const v = s.y.filter(v => v !== null); return s.name + " " + number(v[v.length - 1]); });
  const root = svg("svg", { viewBox: "0 0 " + W + " " + H, role: "img",
    "aria-label": o.title + " over " + o.x + (o.log ? ", logarithmic axis" : "") + ". Last: " + last.join(", ") });
  for (const v of (o.log ? logTicks : linearTicks)(y0, y1, 6)) {
    root.append(svg("path", { class: "rule", d: "M" + left + " " + Y(v) + "H" + (W - right) }));
    root.append(svg("text", { x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, tickLabel(v)));
  }
  for (const v of linearTicks(x0, x1, W < 360 ? 4 : 6)) {
    root.append(svg("path", { class: "axis", d: "M" + X(v) + " " + (H - bottom) + "v4" }));
    root.append(svg("text", { x: X(v), y: H - bottom + 17, "text-anchor": "middle" }, tickLabel(v)));
  }
  root.append(svg("path", { class: "axis", d: "M" + left + " " + top + "V" + (H - bottom) + "H" + (W - right) }));
  root.append(svg("text", { x: (left + W - right) / 2, y: H - 6, "text-anchor": "middle" }, o.x));
  if (o.mark !== undefined && o.mark >= y0 && o.mark <= y1) root.append(svg("path", { class: "axis", "stroke-dasharray": "3 3", d: "M" + left + " " + Y(o.mark) + "H" + (W - right) }));
  for (const { s, runs } of visible) for (const r of runs) {
    if (r.length < 2 || r.length * 2 < 40 && !s.pale) for (const p of r) root.append(svg("circle", { cx: X(p[0]), cy: Y(p[1]), r: 2, fill: look(s.style, s.pale).stroke }));
    if (r.length > 1) root.append(svg("path", { class: "curve" + (s.pale ? " pale" : ""), ...look(s.style, s.pale), d: "M" + r.map(p => X(p[0]).toFixed(1) + " " + Y(p[1]).toFixed(1)).join("L") }));
  }
  const line = svg("path", { class: "axis", d: "", "stroke-dasharray": "2 2" }), text = svg("text", { class: "readout", y: top + 2 });
  root.append(line, text);
  root.addEventListener("pointermove", e => {
    const box = root.getBoundingClientRect(), at = x0 + ((e.clientX - box.left) / box.width * W - left) / (W - left - right) * (x1 - x0);
    let x = null; const parts = [];
    for (const { s, runs } of visible.slice(0, 4)) {
      let best = null;
      for (const r of runs) for (const p of r) if (!best || Math.abs(p[0] - at) < Math.abs(best[0] - at)) best = p;
      if (best) { if (x === null) x = best[0]; parts.push(visible.length > 1 ? s.name + " " + number(best[1]) : number(best[1])); }
    }
    if (x === null) return;
    line.setAttribute("d", "M" + X(x) + " " + top + "V" + (H - bottom));
    text.textContent = number(x) + ": " + parts.join(", ");
    const half = X(x) > W / 2;
    text.setAttribute("x", half ? X(x) - 6 : X(x) + 6); text.setAttribute("text-anchor", half ? "end" : "start");
  });
  root.addEventListener("pointerleave", () => { line.setAttribute("d", ""); text.textContent = ""; });
  const key = make("ul", { class: "key" });
  for (const s of o.series) {
    const swatch = svg("svg", { viewBox: "0 0 32 10", "aria-hidden": "true" });
    swatch.append(svg("path", { class: "curve" + (s.pale ? " pale" : ""), ...look(s.style, s.pale), d: "M0 5H32" }));
    const v = s.y.filter(v => v !== null);
    key.append(make("li", {}, swatch, s.name + " ", make("b", {}, number(v[v.length - 1]))));
  }
  figure.append(root, key);
  const notes = [];
  if (o.note) notes.push(o.note);
  if (dropped) notes.push(dropped + (dropped > 1 ? " values of 0 or less are" : " value of 0 or less is") + " not drawn.");
  if (clipped) notes.push(clipped + (clipped > 1 ? " values lie" : " value lies") + " outside of " + number(o.range[0]) + " to " + number(o.range[1]) + ", drawn at the edge.");
  if (notes.length) figure.append(make("p", { class: "faint" }, notes.join(" ")));
}
function rows(table, list) {
  table.replaceChildren(...list.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value))));
}
function chosen(name) { return document.querySelector("input[name=" + name + "]:checked").value; }

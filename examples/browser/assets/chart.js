// The two contenders, in the order of the program's news. Dashes differ as colours do.
const looks = [{ name: "K-FAC", colour: "--natural", dash: [] }, { name: "Adam", colour: "--adam", dash: [7, 4] }];

const colourOf = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// paper is a canvas's context in units of CSS pixels, cleared, as fine as the screen.
function paper(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  return { c, width, height };
}

// axesOf chooses the axes for all that was measured: x is step or seconds, y is loss or accuracy.
function axesOf(series, x, y, width) {
  let most = x === "step" ? 20 : 1, low = .5, high = 2.5;
  for (const points of series) for (const p of points) {
    most = Math.max(most, p[x]);
    if (p.loss > 0) { low = Math.min(low, p.loss); high = Math.max(high, p.loss); }
  }
  return { across: linear(most, width < 360 ? 4 : 6), up: y === "accuracy" ? share() : logarithmic(Math.max(low, high / 1e6) * .9, high * 1.1) };
}

// chart draws one curve for each series of points {step, seconds, loss, accuracy}.
function chart(canvas, series, x, y) {
  const { c, width, height } = paper(canvas);
  if (width < 60) return;
  const { across, up } = axesOf(series, x, y, width), left = 48, right = 12, top = 26, bottom = 40;
  const X = v => left + across.place(v) * (width - left - right), Y = v => height - bottom - up.place(v) * (height - top - bottom);
  const faint = colourOf("--faint"), line = colourOf("--line");
  c.font = "12px system-ui, sans-serif";
  c.lineWidth = 1;
  c.fillStyle = faint;
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (const [v, label] of up.ticks) {
    c.strokeStyle = line;
    c.beginPath(); c.moveTo(left, Math.round(Y(v)) + .5); c.lineTo(width - right, Math.round(Y(v)) + .5); c.stroke();
    c.fillText(label, left - 7, Y(v));
  }
  c.textAlign = "center";
  c.textBaseline = "top";
  for (const [v, label] of across.ticks) c.fillText(label, X(v), height - bottom + 7);
  c.fillText(x === "step" ? "steps" : "seconds of training", (left + width - right) / 2, height - 16);
  c.textAlign = "left";
  c.fillText(y === "loss" ? "mean cross-entropy in nats, logarithmic" : "right, of 2,000 test digits", 4, 4);
  c.strokeStyle = faint;
  c.beginPath(); c.moveTo(left + .5, top); c.lineTo(left + .5, height - bottom + .5); c.lineTo(width - right, height - bottom + .5); c.stroke();
  key(c, width - right, y === "loss" ? top + 8 : height - bottom - 38);
  series.forEach((points, i) => curve(c, points.filter(p => y === "accuracy" || p.loss > 0).map(p => [X(p[x]), Y(p[y])]), looks[i]));
}

// curve draws a line with a dot at its end.
function curve(c, points, look) {
  if (!points.length) return;
  c.strokeStyle = c.fillStyle = colourOf(look.colour);
  c.lineWidth = 2;
  c.lineJoin = "round";
  c.setLineDash(look.dash);
  c.beginPath();
  for (const [x, y] of points) c.lineTo(x, y);
  c.stroke();
  c.setLineDash([]);
  const [x, y] = points[points.length - 1];
  c.beginPath(); c.arc(x, y, 3.5, 0, 2 * Math.PI); c.fill();
}

// key names the curves, right-aligned.
function key(c, right, top) {
  c.textAlign = "left";
  c.textBaseline = "middle";
  looks.forEach((look, i) => {
    const y = top + 4 + 18 * i;
    c.strokeStyle = colourOf(look.colour);
    c.lineWidth = 2;
    c.setLineDash(look.dash);
    c.beginPath(); c.moveTo(right - 72, y); c.lineTo(right - 46, y); c.stroke();
    c.setLineDash([]);
    c.fillStyle = colourOf("--ink");
    c.fillText(look.name, right - 40, y);
  });
}

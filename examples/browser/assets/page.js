// What the page wants of the worker, and what the worker has told it.
const orders = { race: 1, settings: null, running: false, page: 0 };
const state = { contenders: null, series: [[], []], digits: null, running: false, over: false };
const choices = ["batch", "hidden", "rate", "seconds", "seed"];
const charts = [["loss-seconds", "seconds", "loss"], ["loss-step", "step", "loss"], ["accuracy-seconds", "seconds", "accuracy"], ["accuracy-step", "step", "accuracy"]];
let worker = null, drawing = false, alive = true;

function problem(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

// enable makes all buttons and choices usable, or none: before the program is here nobody would hear them.
function enable(usable) {
  for (const control of document.querySelectorAll("button, select")) control.disabled = !usable;
}

// end is for when there is no program, or none any more.
function end(text) {
  alive = orders.running = false;
  problem(text);
  enable(false);
  words(); // the button does not offer a pause any more
  say("state", "");
}

// say changes what an element says. A screen reader says it aloud only if it is something else.
function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

// order sends the worker all that is wanted.
function order() {
  for (const name of choices) orders.settings[name] = Number($(name).value);
  worker.postMessage(JSON.stringify(orders));
  words();
}

// restart wants another race. What is told of earlier ones is not heard any more.
function restart(running) {
  orders.race++;
  orders.running = running;
  Object.assign(state, { contenders: null, series: [[], []], over: false });
  problem("");
  order();
}

// words says where the race is, on the button and in the line below.
function words() {
  const begun = state.contenders && state.contenders.some(c => c.steps);
  say("start", state.over ? "Start again" : orders.running ? "Pause" : begun ? "Go on" : "Start");
  say("state", state.over ? "Done." : orders.running ? "Training, turn by turn." : begun ? "Paused." : "Ready.");
}

// show draws all anew, once before the next frame.
function show() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const [id, x, y] of charts) {
      chart($(id), state.series, x, y);
      $(id).setAttribute("aria-label", y + " over " + x + ": " + state.series.map((s, i) => looks[i].name + " " + (s.length ? precise(s[s.length - 1][y]) : "not yet")).join(", "));
    }
    if (state.contenders) {
      fillTable(state.contenders, state.series);
      say("verdict", verdict(state.contenders, state.over));
    }
    if (state.digits) showDigits(state.digits);
  });
}

// hear takes in what the worker tells.
function hear(m) {
  if (m.ended) end(m.ended);
  if (!alive) return;
  if (m.problem) problem(m.problem);
  if (m.state) say("state", m.state);
  if (m.settings) {
    orders.settings = m.settings;
    for (const name of choices) $(name).value = m.settings[name];
    enable(true);
    order();
  }
  if (m.race !== orders.race) return;
  if (m.news) {
    state.contenders = m.news.contenders;
    state.running = m.running;
    state.over = m.news.over;
    if (state.over) orders.running = false;
    state.contenders.forEach((c, i) => {
      state.series[i].push(...(c.points || []));
      if (c.problem) problem(c.name + ": " + c.problem);
    });
    words();
  }
  if (m.digits) state.digits = m.digits;
  show();
}

$("start").addEventListener("click", () => {
  if (state.over) { restart(true); return; }
  orders.running = !orders.running;
  order();
});
$("reset").addEventListener("click", () => restart(false));
$("others").addEventListener("click", () => { orders.page++; order(); });
for (const name of choices) $(name).addEventListener("change", () => restart(orders.running));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
new ResizeObserver(show).observe(document.body);

enable(false);
if (location.protocol === "file:") {
  end("Browsers run the page’s program only from a web server: any that serves these files will do.");
} else if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
  end("This browser has no WebAssembly or no workers, which the page needs: try a current one.");
} else {
  worker = new Worker("worker.js");
  worker.onmessage = e => hear(JSON.parse(e.data));
  worker.onerror = e => end("The worker has failed" + (e.message ? ": " + e.message : "; is the server that this page came from still running?"));
}
show();

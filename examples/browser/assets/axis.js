"use strict";
// An axis maps values to 0 … 1 and has ticks, pairs of value and label.

// linear is an axis from 0 to what holds most.
function linear(most, ticks) {
  const power = Math.pow(10, Math.floor(Math.log10(most / ticks)));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => most / s <= ticks);
  const list = [];
  for (let i = 0; i * step <= most * 1.001; i++) list.push([i * step, String(Number((i * step).toPrecision(6)))]);
  return { place: v => v / most, ticks: list };
}
// logarithmic is an axis whose ticks are decades, or their 1, 2 and 5 where there are few.
function logarithmic(least, most) {
  const lo = Math.log10(least), hi = Math.log10(most), list = [];
  for (let k = Math.floor(lo); k <= Math.ceil(hi); k++) {
    for (const d of hi - lo < 2.2 ? [1, 2, 5] : [1]) {
      const v = Number(d + "e" + k);
      if (v >= least * .999 && v <= most * 1.001) list.push([v, String(v)]);
    }
  }
  return { place: v => (Math.log10(Math.max(v, least)) - lo) / (hi - lo), ticks: list };
}
// share is an axis of shares of 1, logarithmic in what is missing to 1: from none right to 99.5 %.
function share() {
  const least = Math.log10(.005), place = v => Math.log10(Math.max(1 - v, .005)) / least;
  return { place, ticks: [0, .5, .8, .9, .95, .97, .98, .99].map(v => [v, Math.round(100 * v) + " %"]) };
}

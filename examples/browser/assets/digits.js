// bars draws the probabilities of 0 … 9, a bar of each contender side by side.
function bars(canvas, probabilities, label) {
  const { c, width, height } = paper(canvas);
  const bottom = 13, slot = width / 10, bar = Math.max(2, Math.min(7, slot / 2 - 1.5)), full = height - bottom - 1;
  c.font = (slot < 9 ? 9 : 11) + "px system-ui, sans-serif";
  c.textAlign = "center";
  c.textBaseline = "bottom";
  for (let digit = 0; digit < 10; digit++) {
    const middle = (digit + .5) * slot;
    c.fillStyle = colourOf(digit === label ? "--ink" : "--faint");
    c.globalAlpha = digit === label ? 1 : .6;
    c.fillText(digit, middle, height + 1);
    c.globalAlpha = 1;
    probabilities.forEach((p, i) => {
      c.fillStyle = colourOf(looks[i].colour);
      const h = Math.max(1, p[digit] * full);
      c.fillRect(middle + (i ? .5 : -bar - .5), full - h, bar, h);
    });
  }
  c.fillStyle = colourOf("--line");
  c.fillRect(0, full, width, 1);
}

// picture draws 28×28 pixels, bytes in base64.
function picture(canvas, text) {
  const bytes = atob(text), side = 28;
  canvas.width = canvas.height = side;
  const c = canvas.getContext("2d"), image = c.createImageData(side, side);
  for (let i = 0; i < side * side; i++) image.data.set([bytes.charCodeAt(i), bytes.charCodeAt(i), bytes.charCodeAt(i), 255], 4 * i);
  c.putImageData(image, 0, 0);
}

// gallery is the cards of the digits. They stay while only the probabilities change.
const gallery = { first: -1, cards: [] };

function showDigits(d) {
  if (d.first !== gallery.first) {
    gallery.first = d.first;
    gallery.cards = d.digits.map(() => {
      const card = { pixels: make("canvas", { class: "pixels", role: "img" }), bars: make("canvas", { class: "bars", role: "img" }), words: make("figcaption") };
      card.figure = make("figure", {}, card.pixels, card.bars, card.words);
      return card;
    });
    $("digits").replaceChildren(...gallery.cards.map(card => card.figure));
    d.digits.forEach((digit, i) => {
      picture(gallery.cards[i].pixels, digit.pixels);
      gallery.cards[i].pixels.setAttribute("aria-label", "a test digit, which is a " + digit.label);
    });
  }
  d.digits.forEach((digit, i) => {
    const card = gallery.cards[i];
    bars(card.bars, digit.probabilities, digit.label);
    card.words.replaceChildren(...digit.probabilities.map((p, k) => {
      const best = p.indexOf(Math.max(...p));
      return make("span", { class: k ? "adam" : "natural" }, looks[k].name, make("b", best === digit.label ? {} : { class: "wrong" }, best), percent(p[best], 0));
    }));
    card.bars.setAttribute("aria-label", digit.probabilities.map((p, k) => looks[k].name + ": " + p.indexOf(Math.max(...p))).join(", "));
  });
}

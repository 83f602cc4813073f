//go:build !js && !windows

package main

import (
	"encoding/json"
	"flag"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/examples/browser/internal/race"
)

var (
	pictures = flag.String("pictures", "", "directory for pictures of the page, wide and narrow, light and dark")
	whole    = flag.Bool("whole", false, "let the page's race run to its end")
)

// curves are the charts of the page, colours those of K-FAC and of Adam in the style sheet.
var (
	curves  = []string{"loss-seconds", "loss-step", "accuracy-seconds", "accuracy-step"}
	colours = []string{"--natural", "--adam"}
)

// number reads a number from an element of the page: 1,234 or 97.30 % or 0.52 s.
func (b *chromium) number(id string) float64 {
	b.t.Helper()
	text, _, _ := strings.Cut(strings.ReplaceAll(b.text(id), "\u00a0", " "), " ")
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	require.NoError(b.t, err, id)
	return v
}

// numbers are those of both contenders.
func (b *chromium) numbers(row string) []float64 {
	b.t.Helper()
	return []float64{b.number(row + "0"), b.number(row + "1")}
}

// text is what an element says.
func (b *chromium) text(id string) string {
	b.t.Helper()
	return b.eval(`document.getElementById("` + id + `").textContent`)
}

// settle waits for the drawing of what the page knows.
func (b *chromium) settle() {
	b.t.Helper()
	b.eval(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done("drawn"))))`)
}

// click presses a button, as a pointer would.
func (b *chromium) click(id string) {
	b.t.Helper()
	b.eval(`document.getElementById("` + id + `").click()`)
}

// painted is the share of a canvas's pixels that are of a colour of the two curves, that of K-FAC and that of Adam.
func (b *chromium) painted(id, colour string) float64 {
	b.t.Helper()
	v, err := strconv.ParseFloat(b.eval(`(() => {
		const canvas = document.getElementById("`+id+`"), c = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
		c.fillStyle = colourOf("`+colour+`");
		const want = [1, 3, 5].map(i => parseInt(c.fillStyle.slice(i, i + 2), 16));
		c.drawImage(canvas, 0, 0);
		const data = c.getImageData(0, 0, canvas.width, canvas.height).data;
		let n = 0;
		for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && want.every((v, k) => Math.abs(data[i + k] - v) < 12)) n++;
		return n / (canvas.width * canvas.height);
	})()`), 64)
	require.NoError(b.t, err)
	return v
}

// pictures shoots the page as it is, for people to look at.
func (b *chromium) pictures(prefix string) {
	if *pictures == "" {
		return
	}
	for _, p := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"wide", 1440, 900, "light"}, {"wide-dark", 1440, 900, "dark"}, {"tablet", 820, 1100, "light"}, {"phone", 360, 780, "light"}, {"phone-dark", 360, 780, "dark"}} {
		b.look(p.width, p.height, 2, p.scheme)
		b.settle()
		b.shoot(filepath.Join(*pictures, prefix+p.name+".png"))
	}
	b.look(1280, 900, 2, "light")
	b.settle()
}

// TestPage trains on the page in a headless Chromium.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for js/wasm and trains in a browser")
	}
	needsChromium(t)
	site := built(t)
	t.Logf("race.wasm: %.1f MB", float64(len(site["race.wasm"].content))/1e6)
	b := open(t, serving(t, site), 5*time.Minute)
	b.look(1280, 900, 2, "light")
	start := time.Now()
	b.until(`document.querySelectorAll("#digits figure").length === 12`, 60)
	t.Logf("digits after %v", time.Since(start))
	assert.Equal(t, "Start", b.text("start"))
	assert.Equal(t, "Ready.", b.text("state"))
	assert.Equal(t, []float64{0, 0}, b.numbers("steps"))
	b.pictures("start-")
	empty := map[string]float64{}
	for _, c := range curves {
		assert.Equal(t, "2", b.eval(`document.getElementById("`+c+`").width / document.getElementById("`+c+`").clientWidth`), "as fine as the screen")
		for _, colour := range colours {
			empty[c+colour] = b.painted(c, colour)
		}
	}

	// Training with what the page begins with: both learn, and the curves are drawn.
	b.click("start")
	b.until(`Math.min(...state.contenders.map(c => c.steps)) >= 20 && state.series[0].at(-1).accuracy > .9`, 60)
	assert.Equal(t, "Pause", b.text("start"))
	b.click("start")
	b.until(`!state.running`, 60)
	b.settle()
	assert.Equal(t, "Go on", b.text("start"))
	steps, seconds := b.numbers("steps"), b.numbers("seconds")
	assert.Greater(t, b.numbers("accuracy")[0], 90.0)
	assert.Greater(t, b.numbers("accuracy")[1], 50.0)
	assert.InEpsilon(t, seconds[0], seconds[1], 0.5, "the same share for both")
	time.Sleep(300 * time.Millisecond)
	assert.Equal(t, steps, b.numbers("steps"), "it pauses")
	for _, c := range curves {
		for _, colour := range colours {
			assert.Greater(t, b.painted(c, colour), empty[c+colour]+0.0005, "%s: %s", c, colour)
		}
	}
	b.sameStart(t)
	for _, width := range []int{320, 360, 820, 1440} {
		b.look(width, 800, 1, "dark")
		b.settle()
		assert.Equal(t, "true", b.eval(`document.documentElement.scrollWidth <= innerWidth`), "nothing is wider than a window of %d pixels", width)
		for _, colour := range colours {
			assert.Greater(t, b.painted("loss-step", colour), 0.0005, "drawn anew, in the colours of the dark")
		}
	}
	b.pictures("middle-")

	// Other digits, another choice: the race begins anew.
	before := b.eval(`document.querySelector("#digits canvas").toDataURL()`)
	b.click("others")
	b.until(`state.digits.first === 12`, 60)
	b.settle()
	assert.NotEqual(t, before, b.eval(`document.querySelector("#digits canvas").toDataURL()`))
	b.eval(`$("hidden").value = "16"; $("hidden").dispatchEvent(new Event("change"))`)
	b.until(`state.contenders && state.contenders[0].steps === 0`, 60)
	b.settle()
	assert.Equal(t, []float64{0, 0}, b.numbers("steps"))
	assert.Equal(t, "Start", b.text("start"))

	if *whole {
		b.eval(`$("hidden").value = "64"; $("hidden").dispatchEvent(new Event("change"))`)
		b.click("start")
		b.until(`state.over`, 180)
		b.settle()
		t.Log(b.eval(`$("table").innerText`), b.text("verdict"))
		assert.Equal(t, "Done.", b.text("state"))
		assert.Contains(t, b.text("verdict"), "97\u00a0%")
		assert.Greater(t, b.numbers("accuracy")[0], 97.0)
		b.pictures("done-")
	}
	assert.Empty(t, b.troubles, "the console")
}

// sameStart compares the first point of both with that of the same race in this process: other kernels, the same network,
// weights and mini-batch.
func (b *chromium) sameStart(t *testing.T) {
	r, err := race.New(race.Open(0), race.Defaults())
	require.NoError(t, err)
	for news := r.News(); news.Contenders[0].Steps == 0 || news.Contenders[1].Steps == 0; news = r.News() {
		require.NoError(t, r.Turn(t.Context(), 0))
		for i, c := range r.News().Contenders {
			if len(c.Points) == 0 {
				continue
			}
			var page race.Point
			require.NoError(t, json.Unmarshal([]byte(b.eval(`JSON.stringify(state.series[`+strconv.Itoa(i)+`][0])`)), &page))
			assert.InEpsilon(t, c.Points[0].Loss, page.Loss, 1e-5, c.Name)
			assert.InDelta(t, c.Points[0].Accuracy, page.Accuracy, 0.002, c.Name)
		}
	}
}

// TestPageProblems: what goes wrong is a line on the page.
func TestPageProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	needsChromium(t)
	truncated := some()
	truncated["race.wasm"] = file{"application/wasm", "", []byte("\x00asm")}
	withoutWorker := some()
	delete(withoutWorker, "worker.js")
	for _, c := range []struct {
		name, want string
		site       site
		scripts    []string
	}{
		{"no program", "race.wasm: the server answers 404", some(), nil},
		{"half a program", "The program could not be run", truncated, nil},
		{"no worker", "The worker has failed", withoutWorker, nil},
		{"no WebAssembly", "This browser has no WebAssembly", some(), []string{"delete globalThis.WebAssembly"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, serving(t, c.site), time.Minute, c.scripts...)
			b.until(`document.getElementById("problem")?.textContent.includes("`+c.want+`")`, 60)
			assert.Equal(t, "false", b.eval(`$("problem").hidden`))
			assert.Equal(t, "8 of 8", b.eval(disabled))
			assert.Empty(t, b.text("state"), "it does not load any more")
			assert.NotContains(t, b.text("problem"), "\n")
		})
	}
}

package logs

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// noon is the clock of tests.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.UTC) }

// objects is what JSONLines writes of records with a step every 10, worked by hand.
const objects = `{"event":"start","time":"2026-03-01T12:00:00.005Z","step":0,"config":{"batch":64}}
{"event":"step","time":"2026-03-01T12:00:00.005Z","step":10,"epoch":1,"loss":null,"learning_rate":0.1,"examples":4,"diagnostics":{"damping":150,"r>ho":null}}
{"event":"evaluation","time":"2026-03-01T12:00:00.005Z","step":10,"epoch":1,"train_loss":0.3333333333333333,"scores":{"accuracy":1,"test_loss":0.30000000000000004},"train_seconds":0.25}
{"event":"step","time":"2026-03-01T12:00:00.005Z","step":20,"epoch":1,"loss":null,"learning_rate":0.1,"examples":4,"diagnostics":{"damping":150,"r>ho":null}}
{"event":"evaluation","time":"2026-03-01T12:00:00.005Z","step":20,"epoch":1,"train_loss":5e-324,"scores":{"accuracy":null,"test_loss":null},"train_seconds":1e+300}
{"event":"step","time":"2026-03-01T12:00:00.005Z","step":30,"epoch":2,"loss":null,"learning_rate":0.1,"examples":4,"diagnostics":{"damping":150,"r>ho":null}}
{"event":"evaluation","time":"2026-03-01T12:00:00.005Z","step":30,"epoch":2,"train_loss":null,"scores":{"accuracy":1e-09,"test_loss":0},"train_seconds":2.5}
{"event":"end","time":"2026-03-01T12:00:00.005Z","step":30,"epoch":2}
`

// jsonLines is a log that writes objects.
func jsonLines(path string) *JSONLines {
	return &JSONLines{Path: path, Every: 10, pace: pace{now: noon}, Config: map[string]int{"batch": 64},
		Diagnostics: twoDiagnostics}
}

// goOn tells a log of the steps and evaluations after step.
func goOn(t testing.TB, c callbacks, step int) {
	for _, r := range records() {
		for s := r.Step - 9; s <= r.Step; s++ {
			if s > step {
				require.NoError(t, c.Callback(&trainer.Event{Kind: trainer.StepDone, Step: s, Epoch: r.Epoch, Loss: math.NaN(), Examples: 4, LearningRate: 0.1, Total: 30}))
			}
		}
		if r.Step > step {
			require.NoError(t, c.Callback(evaluated(r)))
		}
	}
	require.NoError(t, c.Callback(&trainer.Event{Kind: trainer.Ended, Step: 30, Epoch: 2, Total: 30}))
	require.NoError(t, c.Close())
}

// twoDiagnostics are of every step that is logged.
func twoDiagnostics(yield func(string, float64) bool) {
	_ = yield("damping", 150) && yield("r>ho", math.NaN())
}

func TestJSONLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	j := jsonLines(path)
	goOn(t, j, 0)
	got := content(t, path)
	assert.Equal(t, objects, got)
	for line := range strings.Lines(got) {
		var o struct {
			Event string
			Time  time.Time
			Step  *int
		}
		require.NoError(t, json.Unmarshal([]byte(line), &o))
		assert.NotNil(t, o.Step)
		assert.True(t, noon().Equal(o.Time))
	}
}

// TestJSONLinesInterval: steps by time, of a clock that goes by a second a step.
func TestJSONLinesInterval(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	now := noon()
	j := &JSONLines{Path: path, Interval: 10 * time.Second, pace: pace{now: func() time.Time { return now }}}
	require.NoError(t, j.Create())
	for step := 1; step <= 35; step++ {
		now = now.Add(time.Second)
		require.NoError(t, j.Callback(&trainer.Event{Kind: trainer.StepDone, Step: step}))
	}
	require.NoError(t, j.Close())
	var steps []int
	for line := range strings.Lines(content(t, path)) {
		var o struct{ Step int }
		require.NoError(t, json.Unmarshal([]byte(line), &o))
		steps = append(steps, o.Step)
	}
	assert.Equal(t, []int{0, 10, 20, 30}, steps)
}

// TestJSONLinesConfig: what JSON cannot hold is said at once.
func TestJSONLinesConfig(t *testing.T) {
	j := &JSONLines{Path: filepath.Join(t.TempDir(), "log.jsonl"), Config: map[string]float64{"rate": math.NaN()}}
	assert.ErrorContains(t, j.Create(), "log.jsonl: configuration: ")
}

// TestStringsAreJSON: a name of any bytes is valid JSON, as encoding/json has it.
func TestStringsAreJSON(t *testing.T) {
	for _, s := range []string{"", "a b", `"`, `\`, "\n", "é", "\xff", "\x7f", "<>&"} {
		var got, want string
		require.NoError(t, json.Unmarshal(appendString(nil, s), &got))
		b, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &want))
		assert.Equal(t, want, got)
	}
}

// TestStepsAllocateNothing: neither a step that is logged nor one that is not.
func TestStepsAllocateNothing(t *testing.T) {
	j := &JSONLines{Path: filepath.Join(t.TempDir(), "log.jsonl"), Every: 2, Interval: time.Hour, Diagnostics: twoDiagnostics}
	b := &TensorBoard{Dir: t.TempDir(), Every: 2, Interval: time.Hour, Diagnostics: twoDiagnostics}
	e := &trainer.Event{Kind: trainer.StepDone, Loss: 1.0 / 3, LearningRate: 0.1}
	for name, c := range map[string]callbacks{"JSONLines": j, "TensorBoard": b} {
		step := func() {
			e.Step++
			if err := c.Callback(e); err != nil {
				t.Fatal(err)
			}
		}
		step()
		step()
		assert.Zero(t, testing.AllocsPerRun(100, step), name)
		require.NoError(t, c.Close())
	}
}

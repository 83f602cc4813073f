package live_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
)

// state is what the tests read of data.json.
type state struct {
	Step, Total int
	Loss        *float64
	Ended       bool
	Ending      string
	Problem     string
	Gallery     int
	Remaining   *float64 `json:"remaining_seconds"`
	Examples    *float64 `json:"examples_per_second"`
	Losses      struct {
		Span          int
		Step          []int
		Seconds, Loss []*float64
	}
	Run *struct {
		Title  string
		Config [][2]string
	}
	Curves *struct {
		Every, Of int
		Step      []int
		Columns   []struct {
			Group, Name string
			Values      []*float64
		}
	}
}

func stateOf(t testing.TB, s *live.Server) (d state) {
	answer, text := get(t, http.MethodGet, s.URL()+"data.json", "")
	require.Equal(t, http.StatusOK, answer.StatusCode, text)
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	return d
}

// columnOf is a curve's values.
func (d *state) columnOf(t testing.TB, name string) []float64 {
	for _, c := range d.Curves.Columns {
		if c.Name == name {
			var list []float64
			for _, v := range c.Values {
				require.NotNil(t, v)
				list = append(list, *v)
			}
			return list
		}
	}
	require.Fail(t, "no column "+name)
	return nil
}

// TestUpdate: the page is sent what the trainer told last.
func TestUpdate(t *testing.T) {
	s := listen(t)
	d := stateOf(t, s)
	assert.Nil(t, d.Run, "nothing is known yet")
	assert.Nil(t, d.Loss)
	run := fake(3)
	for step := 1; step <= 30; step++ {
		s.Update(live.Snapshot{Step: step, Total: 60, Loss: float64(step), Examples: 256, ExamplesPerSecond: 1000, Record: func() *results.Run { return run }})
	}
	time.Sleep(350 * time.Millisecond)
	d = stateOf(t, s)
	assert.Equal(t, 30, d.Step)
	assert.Equal(t, 60, d.Total)
	assert.Equal(t, 30.0, *d.Loss)
	assert.Equal(t, 1000.0, *d.Examples)
	assert.Equal(t, "mlp on digits, kfac", d.Run.Title)
	assert.Equal(t, [][2]string{{"lr", "0.25"}, {"dataset", script}, {"kfac_damping", ""}}, d.Run.Config)
	assert.Equal(t, []int{10, 20, 30}, d.Curves.Step)
	assert.Equal(t, []float64{1, 0.5, 1.0 / 3}, d.columnOf(t, "train_loss"))
	assert.Equal(t, []float64{2, 1, 2.0 / 3}, d.columnOf(t, "test_loss"))
	assert.Equal(t, []float64{0.03125, 0.03125, 0.03125}, d.columnOf(t, "damping"))
	assert.Equal(t, []float64{75, 75, 75}, d.columnOf(t, "gradient"), "0.75 s of ten steps are 75 ms a step")
	require.Len(t, d.Losses.Step, 30)
	assert.Equal(t, 1, d.Losses.Span)
	assert.InDelta(t, 1.5, *d.Losses.Seconds[14], 1e-12, "step 15 is between second 1 of step 10 and second 2 of step 20")

	s.End(run, errors.New("left at step 30"))
	s.Update(live.Snapshot{Step: 31, Total: 60})
	d = stateOf(t, s)
	assert.Equal(t, 30, d.Step, "nothing is told after the end")
	assert.True(t, d.Ended)
	assert.Equal(t, results.Done, d.Ending)
	assert.Equal(t, "left at step 30", d.Problem)
	assert.Nil(t, d.Remaining)
}

// TestBounded: of half a million steps and evaluations a page is sent a thousand points.
func TestBounded(t *testing.T) {
	s := listen(t)
	const n = 500_000
	for step := 1; step <= n; step++ {
		s.Update(live.Snapshot{Step: step, Total: n, Loss: float64(step)})
	}
	run := fake(100_001)
	s.Update(live.Snapshot{Step: n, Total: n, Loss: 1, Run: run})
	answer, text := get(t, http.MethodGet, s.URL()+"data.json", "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Less(t, len(text), 1<<20)
	d := stateOf(t, s)
	assert.LessOrEqual(t, len(d.Losses.Step), live.MaxPoints)
	assert.GreaterOrEqual(t, len(d.Losses.Step), live.MaxPoints/2-1)
	span := float64(d.Losses.Span)
	for i, step := range d.Losses.Step {
		require.Equal(t, (i+1)*d.Losses.Span, step)
		require.InDelta(t, float64(step)-(span-1)/2, *d.Losses.Loss[i], 1e-6, "the mean of the span's losses, which are the numbers of their steps")
	}
	assert.Equal(t, 128, d.Curves.Every)
	assert.Equal(t, 100_001, d.Curves.Of)
	assert.LessOrEqual(t, len(d.Curves.Step), live.MaxPoints)
	assert.Equal(t, 1_000_010, d.Curves.Step[len(d.Curves.Step)-1], "the last evaluation is there")
	assert.Equal(t, 1280, d.Curves.Step[0])
}

func TestUpdateAllocatesNothing(t *testing.T) {
	s := listen(t)
	step := 0
	assert.Zero(t, testing.AllocsPerRun(5000, func() {
		step++
		s.Update(live.Snapshot{Step: step, Total: 10000, Loss: 1, Examples: 512})
	}))
}

// TestConcurrent: a trainer and several pages at once; -race looks.
func TestConcurrent(t *testing.T) {
	s := listen(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				stateOf(t, s)
				get(t, http.MethodGet, s.URL()+"gallery.json", "")
			}
		})
	}
	run := fake(3)
	for step := range 3000 {
		s.Update(live.Snapshot{Step: step, Total: 3000, Loss: 1, Record: func() *results.Run { return run }})
		if step%100 == 0 {
			s.Gallery(&results.Assessment{Part: "test"})
		}
	}
	group.Wait()
}

// TestGallery: pixels are bytes, what is no image is numbers.
func TestGallery(t *testing.T) {
	s := listen(t)
	a := &results.Assessment{Part: "test", Classes: []results.ClassScore{{Name: script, Precision: results.Number(math.NaN()), Recall: 0.5, F1: 0.25, Examples: 4}}}
	a.Examples = []results.Example{
		{Index: 7, Shape: []int{1, 2}, Image: true, Input: []float32{0, 1}, Output: []float32{0.5, 2}, Truth: script, Predicted: "b", Probability: 0.75},
		{Index: 8, Shape: []int{2}, Input: []float32{1.5, float32(math.Inf(1))}},
		{Index: 9, Shape: []int{5, 5}, Image: true, Input: []float32{0}},
	}
	for range 100 {
		a.Examples = append(a.Examples, results.Example{Shape: []int{1}, Input: []float32{1}})
	}
	s.Gallery(a)
	_, text := get(t, http.MethodGet, s.URL()+"gallery.json", "")
	var g struct {
		Examples []struct {
			Index, Width, Height, Channels int
			Input, Output                  []byte
			Values                         []*float64
			Truth                          string
		}
		Left    int
		Classes [][]any
	}
	require.NoError(t, json.Unmarshal([]byte(text), &g))
	require.Len(t, g.Examples, live.MaxExamples)
	assert.Equal(t, 103-live.MaxExamples, g.Left)
	e := g.Examples[0]
	assert.Equal(t, []int{7, 2, 1, 1}, []int{e.Index, e.Width, e.Height, e.Channels})
	assert.Equal(t, []byte{0, 255}, e.Input)
	assert.Equal(t, []byte{128, 255}, e.Output)
	assert.Equal(t, script, e.Truth)
	assert.Nil(t, g.Examples[1].Values[1], "JSON has no infinity")
	assert.Zero(t, g.Examples[2].Width, "a shape that is not that of its values is no image")
	assert.Equal(t, []any{script, nil, 0.5, 0.25, 4.0}, g.Classes[0])
	assert.NotContains(t, text, "<script", "JSON escapes it as well")
}

// TestRefused: who may ask for what.
func TestRefused(t *testing.T) {
	s := listen(t)
	_, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/"))
	require.NoError(t, err)
	for _, c := range []struct {
		method, path, host string
		status             int
	}{
		{"GET", "", "", 200}, {"HEAD", "", "", 200}, {"GET", "", "localhost", 200}, {"GET", "", "LOCALHOST:" + port, 200},
		{"GET", "", "[::1]:" + port, 200}, {"GET", "data.json", "127.0.0.1", 200},
		{"GET", "", "evil.example", 403}, {"GET", "data.json", "evil.example:" + port, 403}, {"GET", "", "localhost.evil.example", 403},
		{"GET", "", "127.0.0.1.evil.example", 403}, {"GET", "", "10.0.0.1", 403},
		{"POST", "", "", 405}, {"PUT", "data.json", "", 405}, {"DELETE", "", "", 405}, {"OPTIONS", "", "", 405}, {"POST", "", "evil.example", 403},
		{"GET", "other", "", 404}, {"GET", "assets/live.js", "", 404}, {"GET", "..%2f..%2fetc/passwd", "", 404}, {"GET", "files/go.mod", "", 404},
	} {
		answer, _ := get(t, c.method, s.URL()+c.path, c.host)
		assert.Equal(t, c.status, answer.StatusCode, "%s /%s of %s", c.method, c.path, c.host)
		assert.NotEmpty(t, answer.Header.Get("Content-Security-Policy"))
		assert.Empty(t, answer.Header.Get("Access-Control-Allow-Origin"))
	}
	answer, html := get(t, "GET", s.URL(), "")
	policy := answer.Header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; script-src 'sha256-")
	assert.NotContains(t, policy, "unsafe")
	assert.NotRegexp(t, `(src|href)="[^#]`, html, "nothing from elsewhere")
}

// TestSlowClient: a connection that sends no header is closed.
func TestSlowClient(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a time limit of five seconds")
	}
	t.Parallel()
	s := listen(t)
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/"))
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write([]byte("GET / HTTP/1.1\r\nHost: loc"))
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(15*time.Second)))
	_, err = io.ReadAll(c)
	assert.NoError(t, err, "the server has closed the connection by then")
}

func TestAddresses(t *testing.T) {
	for _, addr := range []string{"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80:", "no host:1"} {
		_, err := live.Listen(addr)
		require.Error(t, err, addr)
		assert.NotContains(t, err.Error(), "\n")
	}
	s := listen(t)
	assert.Empty(t, s.Note())
	_, err := live.Listen(strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/"))
	assert.ErrorContains(t, err, "in use")
	all, err := live.Listen(":0")
	require.NoError(t, err)
	defer all.Close()
	assert.Contains(t, all.Note(), "open to other machines")
	for host, status := range map[string]int{"192.0.2.7:80": 200, "[2001:db8::1]": 200, "evil.example": 403} {
		answer, _ := get(t, "GET", all.URL(), host)
		assert.Equal(t, status, answer.StatusCode, host)
	}
}

// TestClose: no goroutine is left, and an open page hears of the end first.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		s, err := live.Listen("127.0.0.1:0")
		require.NoError(t, err)
		stateOf(t, s)
		require.NoError(t, s.Close())
		require.NoError(t, s.Close(), "a second call does nothing")
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)

	s, err := live.Listen("127.0.0.1:0")
	require.NoError(t, err)
	s.Update(live.Snapshot{Step: 1, Total: 1})
	stateOf(t, s)
	s.End(fake(1), nil)
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	assert.True(t, stateOf(t, s).Ended)
	start := time.Now()
	require.NoError(t, <-closed)
	assert.Less(t, time.Since(start), time.Second, "there is nobody left to wait for")
}

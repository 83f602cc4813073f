package logs

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// event is one tensorflow.Event as a reader sees it.
type event struct {
	wall       float64
	step       int
	version    string
	tags       []string
	scalars    map[string]float32
	histograms map[string]map[int][]float64 // by tag, then by the field's number
}

// bitwise is CRC-32C by its definition: a division of polynomials, bit by bit.
func bitwise(b []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c)
		for range 8 {
			if crc&1 == 1 {
				crc = crc>>1 ^ 0x82f63b78
			} else {
				crc >>= 1
			}
		}
	}
	crc = ^crc
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// parse reads an event file as TensorBoard's PyRecordReader does, checking both CRCs and
// the lengths, and decodes the events by another library.
func parse(t testing.TB, file string) (events []event) {
	t.Helper()
	b := []byte(file)
	for len(b) > 0 {
		require.GreaterOrEqual(t, len(b), 16)
		n := binary.LittleEndian.Uint64(b)
		require.Equal(t, bitwise(b[:8]), binary.LittleEndian.Uint32(b[8:]), "CRC of the length")
		require.GreaterOrEqual(t, uint64(len(b)), 16+n)
		require.Equal(t, bitwise(b[12:12+n]), binary.LittleEndian.Uint32(b[12+n:]), "CRC of the data")
		events = append(events, decode(t, b[12:12+n]))
		b = b[16+n:]
	}
	return events
}

func decode(t testing.TB, b []byte) event {
	e := event{scalars: map[string]float32{}, histograms: map[string]map[int][]float64{}}
	walk(t, b, func(number protowire.Number, kind protowire.Type, v uint64, b []byte) {
		switch fmt.Sprint(number, kind) {
		case fmt.Sprint(1, protowire.Fixed64Type):
			e.wall = math.Float64frombits(v)
		case fmt.Sprint(2, protowire.VarintType):
			e.step = int(v)
		case fmt.Sprint(3, protowire.BytesType):
			e.version = string(b)
		case fmt.Sprint(5, protowire.BytesType):
			walk(t, b, func(number protowire.Number, _ protowire.Type, _ uint64, b []byte) {
				require.EqualValues(t, 1, number)
				decodeValue(t, b, &e)
			})
		default:
			require.Fail(t, "unknown field", "%d of type %d", number, kind)
		}
	})
	return e
}

func decodeValue(t testing.TB, b []byte, e *event) {
	tag := ""
	walk(t, b, func(number protowire.Number, kind protowire.Type, v uint64, b []byte) {
		switch number {
		case 1:
			tag = string(b)
			e.tags = append(e.tags, tag)
		case 2:
			require.Equal(t, protowire.Fixed32Type, kind)
			e.scalars[tag] = math.Float32frombits(uint32(v))
		case 5:
			e.histograms[tag] = map[int][]float64{}
			walk(t, b, func(number protowire.Number, kind protowire.Type, v uint64, b []byte) {
				if kind == protowire.Fixed64Type {
					b = binary.LittleEndian.AppendUint64(nil, v)
				}
				for len(b) > 0 {
					x, n := protowire.ConsumeFixed64(b)
					require.Positive(t, n)
					e.histograms[tag][int(number)] = append(e.histograms[tag][int(number)], math.Float64frombits(x))
					b = b[n:]
				}
			})
		default:
			require.Fail(t, "unknown field", "%d", number)
		}
	})
}

func walk(t testing.TB, b []byte, f func(number protowire.Number, kind protowire.Type, v uint64, b []byte)) {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		require.Positive(t, n)
		b = b[n:]
		var v uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(b)
		case protowire.Fixed32Type:
			var w uint32
			w, n = protowire.ConsumeFixed32(b)
			v = uint64(w)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(b)
		default:
			n = -1
		}
		require.Positive(t, n)
		f(number, kind, v, data)
		b = b[n:]
	}
}

// board is a log with a model of fixed weights.
func board(t testing.TB, dir string) *TensorBoard {
	model, err := trainer.NewModel(layers.Sequential{
		&layers.Dense{Units: 2, Init: layers.Constant(0.5), Name: "hidden"}, layers.ReLU(),
		&layers.Dense{Units: 1, Init: layers.Constant(1), Name: "output"},
	}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	return &TensorBoard{Dir: dir, Every: 10, Diagnostics: twoDiagnostics, Model: model, pace: pace{now: noon}}
}

// goOnPassing tells a log of the steps and evaluations after step, with a gradient's pass in each step.
func goOnPassing(t testing.TB, b *TensorBoard, step int) {
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 3, 1, 3}))
	y := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{1, 1}))
	for _, r := range records() {
		for s := r.Step - 9; s <= r.Step; s++ {
			if s > step {
				batch, err := b.Model.Batch(x, y)
				require.NoError(t, err)
				_, err = batch.Grad()
				require.NoError(t, err)
				require.NoError(t, b.Callback(&trainer.Event{Kind: trainer.StepDone, Step: s, Epoch: r.Epoch, Loss: 0.1, LearningRate: 0.5}))
			}
		}
		if r.Step > step {
			require.NoError(t, b.Callback(evaluated(r)))
		}
	}
	require.NoError(t, b.Callback(&trainer.Event{Kind: trainer.Ended, Step: 30}))
}

// eventsOf is the one event file of a directory.
func eventsOf(t testing.TB, dir string) (path, file string) {
	t.Helper()
	path, err := eventFile(dir)
	require.NoError(t, err)
	require.NotEmpty(t, path)
	return path, content(t, path)
}

func TestTensorBoard(t *testing.T) {
	dir := t.TempDir()
	b := board(t, dir)
	require.NoError(t, b.Create())
	goOnPassing(t, b, 0)
	path, file := eventsOf(t, dir)
	assert.Equal(t, fmt.Sprintf("events.out.tfevents.%d.gokfac", noon().Unix()), filepath.Base(path))
	events := parse(t, file)
	var steps []int
	for _, e := range events {
		assert.Equal(t, float64(noon().UnixMilli())/1000, e.wall)
		steps = append(steps, e.step)
	}
	// Version, first mini-batch; then step, evaluation, mini-batch after it.
	require.Equal(t, []int{0, 0, 10, 10, 10, 20, 20, 20, 30, 30}, steps)
	assert.Equal(t, "brain.Event:2", events[0].version)
	// x = (1, 3) twice, W = ½: both hidden units have 2, the output 4, its gradient is 3 for each example.
	first := events[1]
	assert.Equal(t, []string{"activations/hidden", "gradients/hidden", "activations/output", "gradients/output"}, first.tags)
	hidden := first.histograms["activations/hidden"]
	assert.Equal(t, [][]float64{{1}, {3}, {4}, {8}, {20}}, [][]float64{hidden[1], hidden[2], hidden[3], hidden[4], hidden[5]})
	require.Len(t, hidden[6], buckets)
	assert.Equal(t, []float64{1 + 2.0/64, 3}, []float64{hidden[6][0], hidden[6][63]})
	assert.Equal(t, []float64{2, 0, 0, 2}, []float64{hidden[7][0], hidden[7][1], hidden[7][62], hidden[7][63]})
	assert.Equal(t, map[int][]float64{1: {3}, 2: {3}, 3: {2}, 4: {6}, 5: {18}, 6: {3}, 7: {2}}, first.histograms["gradients/output"])
	assert.Equal(t, float32(0.1), events[2].scalars["step/loss"])
	assert.Equal(t, float32(0.5), events[2].scalars["step/learning_rate"])
	assert.Equal(t, float32(150), events[2].scalars["diagnostics/damping"])
	assert.True(t, math.IsNaN(float64(events[2].scalars["diagnostics/r>ho"])))
	assert.Equal(t, map[string]float32{"evaluation/train_loss": float32(1.0 / 3), "evaluation/accuracy": 1, "evaluation/test_loss": 0.3}, events[3].scalars)
	assert.Equal(t, map[int][]float64{1: {0.5}, 2: {0.5}, 3: {4}, 4: {2}, 5: {1}, 6: {0.5}, 7: {4}}, events[3].histograms["weights/hidden.weight"])
	assert.Len(t, events[3].histograms, len(b.Model.Params()))
	assert.Equal(t, first.tags, events[4].tags)
}

// TestCRC: the check value of CRC-32C in RFC 3720, masked as TensorFlow does.
func TestCRC(t *testing.T) {
	crc := crc32.Checksum([]byte("123456789"), crc32.MakeTable(crc32.Castagnoli))
	require.Equal(t, uint32(0xe3069283), crc)
	assert.Equal(t, bitwise([]byte("123456789")), maskedCRC([]byte("123456789")))
}

// TestHistogramsOfAnything: whatever the values, the limits rise and the counts add up.
func TestHistogramsOfAnything(t *testing.T) {
	huge, tiny := math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, values := range [][]float64{{}, {math.NaN()}, {1}, {0, tiny}, {-huge, huge}, {-tiny, huge}, {1, math.Nextafter(1, 2)}, {math.Inf(1), 1, 2, math.NaN()}, {1e300, 1e300 * (1 + 1e-15)}} {
		var h histogram
		fill(&h, values, 1)
		finite, counted := 0, 0.0
		for _, v := range values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				finite++
			}
		}
		for i := range h.limits() {
			counted += h.counts[i]
			assert.False(t, i > 0 && h.limit(i) <= h.limit(i-1), "%v", values)
		}
		assert.EqualValues(t, finite, counted, "%v", values)
		assert.EqualValues(t, finite, h.n, "%v", values)
	}
}

// TestTensorBoardReads: TensorBoard's own loader, where it is installed, sees what was written.
func TestTensorBoardReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not in PATH")
	}
	if err := exec.Command(python, "-c", "import tensorboard").Run(); err != nil {
		t.Skip("python3 has no module tensorboard")
	}
	dir := t.TempDir()
	b := board(t, dir)
	require.NoError(t, b.Create())
	goOnPassing(t, b, 0)
	path, file := eventsOf(t, dir)
	out, err := exec.Command(python, "-c", `import sys
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util
for e in EventFileLoader(sys.argv[1]).Load():
    print(e.step, e.file_version)
    for v in e.summary.value:
        a = tensor_util.make_ndarray(v.tensor)
        print(v.tag, "%.6g" % float(a if a.ndim == 0 else a[:, 2].sum()))`, path).Output()
	require.NoError(t, err)
	var want strings.Builder
	for _, e := range parse(t, file) {
		fmt.Fprintln(&want, e.step, e.version)
		for _, tag := range e.tags {
			v, scalar := float64(e.scalars[tag]), true
			if h, ok := e.histograms[tag]; ok {
				v, scalar = h[3][0], false
			}
			text := fmt.Sprintf("%.6g", v)
			if scalar && v-v != 0 {
				text = strings.ToLower(strings.TrimPrefix(fmt.Sprint(v), "+"))
			}
			fmt.Fprintln(&want, tag, text)
		}
	}
	assert.Equal(t, want.String(), strings.ReplaceAll(string(out), "\r\n", "\n"))
}

// TestObserverCostsNothing: a pass between evaluations neither allocates nor writes.
func TestObserverCostsNothing(t *testing.T) {
	b := board(t, t.TempDir())
	require.NoError(t, b.Create())
	b.armed.Store(false)
	b.watch(false)
	x := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{1, 3}))
	batch, err := b.Model.Batch(x, tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float32{1})))
	require.NoError(t, err)
	pass := func() { _, _ = batch.Grad() }
	pass()
	with := testing.AllocsPerRun(20, pass)
	plain := board(t, t.TempDir())
	plain.Model.Observe(func(graph.Pass, []*graph.Tap) {})
	batch, err = plain.Model.Batch(x, tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float32{1})))
	require.NoError(t, err)
	pass()
	assert.Equal(t, testing.AllocsPerRun(20, pass), with)
	require.NoError(t, b.Close())
}

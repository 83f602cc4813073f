package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome is what a run of the command left behind.
type outcome struct {
	status         int
	stdout, stderr string
}

// execute carries a command line out, which keeps no run unless it says something of it.
func execute(args ...string) outcome {
	keeping := []string{"-out", "-resume", "-compare", "-tune", "-eval", "-predict", "-checkpoint-every", "-keep", "-tensorboard", "-dry-run"}
	for _, arg := range args {
		if name, _, _ := strings.Cut(arg, "="); slices.Contains(keeping, name) {
			return executeKept(args...)
		}
	}
	return executeKept(append(args[:len(args):len(args)], "-out", "none")...)
}

// run carries a command line out in a process that no launcher has started.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return launch{}.run(ctx, args, stdout, stderr)
}

// executeKept carries a command line out as it is.
func executeKept(args ...string) outcome {
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), args, &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// blobs writes a CSV of three classes that are easily told apart: 160 training
// and 40 test examples of four features.
func blobs(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	return table(t, "blobs.csv", 200, func(label int) []string {
		row := make([]string, 4)
		for j := range row {
			row[j] = fmt.Sprintf("%.3f", 3*float64((label+j)%3)+r.NormFloat64()/2)
		}
		return row
	})
}

// stripes writes a CSV of 8×8 images with one bright row each.
func stripes(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	return table(t, "stripes.csv", 120, func(label int) []string {
		row := make([]string, 64)
		for j := range row {
			v := r.IntN(40)
			if j/8 == label {
				v += 200
			}
			row[j] = fmt.Sprint(v)
		}
		return row
	})
}

func table(t *testing.T, name string, rows int, features func(label int) []string) string {
	t.Helper()
	var text strings.Builder
	for i := range rows {
		fmt.Fprintf(&text, "%d,%s\n", i%3, strings.Join(features(i%3), ","))
	}
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

// keys are an object's, in order, and its values by key.
func keys(t *testing.T, text []byte) ([]string, map[string]json.RawMessage) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	require.NoError(t, err)
	require.Equal(t, json.Delim('{'), open)
	var names []string
	values := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		require.NoError(t, err)
		var value json.RawMessage
		require.NoError(t, d.Decode(&value))
		names = append(names, name.(string))
		values[name.(string)] = value
	}
	return names, values
}

func decimal(t *testing.T, text json.RawMessage) (v float64) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &v), string(text))
	return v
}

// history is the run's, without its times.
func history(t *testing.T, o outcome) string {
	t.Helper()
	var result struct{ History []map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &result), o.stdout)
	for _, record := range result.History {
		delete(record, "train_seconds")
		delete(record, "phase_seconds")
	}
	text, err := json.Marshal(result.History)
	require.NoError(t, err)
	return string(text)
}

// tripwire is a stderr that calls trip when text is written to it.
type tripwire struct {
	bytes.Buffer
	text string
	trip func()
}

func (w *tripwire) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.text) {
		w.trip()
	}
	return n, err
}

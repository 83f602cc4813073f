package job

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// choices are settings as a command line has them: each with a value.
func choices(args string) (list Choices) {
	words := strings.Fields(args)
	for i := 0; i+1 < len(words); i += 2 {
		list = append(list, Choice{strings.TrimPrefix(words[i], "-"), words[i+1]})
	}
	return list
}

func parsed(t testing.TB, args string) *Spec {
	t.Helper()
	s, err := Parse(choices(args))
	require.NoError(t, err)
	return s
}

// resolved is a spec on a large training set.
func resolved(t testing.TB, args string) *Spec {
	t.Helper()
	s := parsed(t, args)
	require.NoError(t, s.Resolve(1_000_000))
	return s
}

// built is a run that has not begun.
func built(t testing.TB, args string) *Run {
	t.Helper()
	s := parsed(t, args)
	d, _, err := s.Open(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, s.Resolve(d.Train.Len()))
	r, err := New(s, d)
	require.NoError(t, err)
	return r
}

func unseen(*trainer.Event) error { return nil }

// inFlags writes settings in a message as a command line would.
func inFlags(text string) string {
	return regexp.MustCompile("⟨([a-z0-9-]+)⟩").ReplaceAllString(text, "-$1")
}

func inForce(t testing.TB, s *Spec, name string) any {
	t.Helper()
	for _, item := range s.Configuration() {
		if item.Name == name {
			return item.Value
		}
	}
	t.Fatal(name, "is not in force")
	return nil
}

// blobs writes a CSV of three classes that are easily told apart: 160 training and
// 40 test examples of four features.
func blobs(t testing.TB) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for i := range 200 {
		fmt.Fprint(&text, i%3)
		for j := range 4 {
			fmt.Fprintf(&text, ",%.3f", 3*float64((i%3+j)%3)+r.NormFloat64()/2)
		}
		fmt.Fprintln(&text)
	}
	path := filepath.Join(t.TempDir(), "blobs.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

package losstest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// recorder is a test that keeps its failures to itself.
type recorder struct {
	faults, notes []string
}

func (r *recorder) Helper() {}

func (r *recorder) Logf(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// faultsOf are what Check reports of a loss.
func faultsOf(t testing.TB, l losses.Loss, cfg losstest.Config) *recorder {
	r := &recorder{}
	losstest.Check(r, l, cfg)
	for _, fault := range r.faults {
		assert.NotContains(t, fault, "\n", "one line")
	}
	return r
}

// allBut skips all aspects but these.
func allBut(aspects ...losstest.Aspect) map[losstest.Aspect]string {
	skip := map[losstest.Aspect]string{}
	for _, a := range losstest.Aspects() {
		if !slices.Contains(aspects, a) {
			skip[a] = "another is looked at"
		}
	}
	return skip
}

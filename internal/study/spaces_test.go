package study

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
)

// TestSpaces: what is searched by default can be run.
func TestSpaces(t *testing.T) {
	for _, m := range job.Models() {
		for entries, asked := range map[string]job.Choices{
			"kfac,adam,sgd,muon,shampoo,soap,kfac:kfac-mode=fixed": nil,
			"kfac": {{Name: "kfac-mode", Value: "fixed"}},
		} {
			base := job.NewSpec()
			base.Model = m.Name
			base.Asked = append(job.Choices{{Name: "model", Value: m.Name}}, asked...)
			if len(asked) > 0 {
				base.KFAC.Mode = "fixed"
			}
			a := &Ask{Base: base, Entries: entries, Trials: 30, Name: "tune", Command: job.Choices.String}
			q, err := PlanSearch(a)
			require.NoError(t, err)
			require.Len(t, q.searched, 1+strings.Count(entries, ","))
			for _, one := range q.searched {
				require.Len(t, one.points, 30, one.label)
				for _, point := range one.points {
					run, err := a.variant(one.optimizer, nil, slices.Concat(one.own, point), 1)
					require.NoError(t, err, "%s %s", one.label, point)
					require.NoError(t, run.Resolve(60_000), "%s %s", one.label, point)
				}
			}
		}
	}
}

package policy_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural/policy"
	"github.com/gokfac/gokfac/trainer"
)

// TestSettingsOfThePage holds the table of docs/policies.md against the settings in force.
func TestSettingsOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/policies.md")
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?s)\| method \| settings in force \|\n\|---\|---\|\n(.*?)\n\n`).FindSubmatch(page)
	require.NotNil(t, rows, "the table")
	var want string
	for i, k := range policy.Methods() {
		m, err := k.New()
		require.NoError(t, err)
		if i > 0 {
			want += "\n"
		}
		want += fmt.Sprintf("| %s | %s, T %d |", k.Name, settings(t, m), k.Config.Steps)
	}
	assert.Equal(t, want, string(rows[1]))
}

// settings are those that were chosen among others.
func settings(t *testing.T, m policy.Method) string {
	switch m := m.(type) {
	case *policy.Gradient:
		switch o := m.Optimizer.(type) {
		case *trainer.SGD:
			return fmt.Sprintf("rate %v", o.Config().LearningRate)
		case *trainer.Adam:
			return fmt.Sprintf("rate %v", o.Config().LearningRate)
		}
	case *policy.PPO:
		return fmt.Sprintf("rate %v", m.Config().LearningRate)
	case *policy.TRPO:
		return fmt.Sprintf("KL %v, damping %v", m.Config().KL, m.Config().Damping)
	case *policy.ACKTR:
		c := m.Config()
		return fmt.Sprintf("KL %v, damping %v, decay %v, momentum %v", c.KL, c.Damping, c.FactorDecay, max(c.Momentum, 0)) // None is −1
	}
	require.Failf(t, "no settings", "of %T", m)
	return ""
}

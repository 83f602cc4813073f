package study

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/job"
)

// TestTaskOfGroups: what was found with frozen parameters is of another task.
func TestTaskOfGroups(t *testing.T) {
	s := job.NewSpec()
	plain := taskOf(s, "iris")
	s.Groups = "dense1.*:frozen"
	assert.NotEqual(t, plain, taskOf(s, "iris"))
	assert.Contains(t, taskOf(s, "iris"), job.Choice{Name: "groups", Value: "dense1.*:frozen"})
}

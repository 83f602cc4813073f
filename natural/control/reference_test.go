package control

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// place puts an environment in the middle of an episode, in a state.
func place(env Environment, state []float64) (get func() []float64) {
	switch e := env.(type) {
	case *CartPole:
		copy(e.State[:], state)
		e.start()
		return func() []float64 { return e.State[:] }
	case *Acrobot:
		copy(e.State[:], state)
		e.start()
		return func() []float64 { return e.State[:] }
	case *Pendulum:
		copy(e.State[:], state)
		e.start()
		return func() []float64 { return e.State[:] }
	}
	return nil
}

// TestReference compares steps with those of testdata/reference.py, which solves the
// equations of motion as linear systems.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var reference map[string][]struct {
		State, Next    []float64
		Action, Reward float64
		Terminated     bool
	}
	require.NoError(t, json.Unmarshal(text, &reference))
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			require.Len(t, reference[k.Name], 60)
			ends := 0
			for i, row := range reference[k.Name] {
				env := k.New()
				state := place(env, row.State)
				o, err := env.Step([]float64{row.Action})
				require.NoError(t, err)
				assert.InDeltaSlice(t, row.Next, state(), 1e-11, "row %d", i)
				assert.InDelta(t, row.Reward, o.Reward, 1e-12, "row %d", i)
				assert.Equal(t, row.Terminated, o.Terminated, "row %d", i)
				assert.False(t, o.Truncated)
				if o.Terminated {
					ends++
				}
			}
			if k.Name != "pendulum" {
				assert.Greater(t, ends, 3)
				assert.Less(t, ends, 57)
			}
		})
	}
}

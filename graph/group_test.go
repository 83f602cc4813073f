package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

func TestParseGroups(t *testing.T) {
	got, err := graph.ParseGroups("*.bias:l2=none; dense1.*:frozen ;dense3.*:rate=0.1,decay=2,l2=0")
	require.NoError(t, err)
	assert.Equal(t, []graph.Group{
		{Params: "*.bias", L2: graph.None}, {Params: "dense1.*", Frozen: true}, {Params: "dense3.*", Rate: 0.1, WeightDecay: 2, L2: graph.None},
	}, got)
	for text, want := range map[string]string{
		"": "want PATTERN:frozen", "a": "want PATTERN:frozen", "a:": "want PATTERN:frozen", ":frozen": "want PATTERN:frozen", "a:frozen;": "want PATTERN:frozen",
		"a:cold": `"cold": want frozen, learned, rate=…, decay=… or l2=…`, "a:rate=x": "want a factor", "a:rate=-1": "want a factor", "a:rate=1e9": "want a factor",
		"a:rate=NaN": "want a factor", "a:rate=Inf": "want a factor", "a:rate": "want a factor",
	} {
		_, err := graph.ParseGroups(text)
		assert.ErrorContains(t, err, want, text)
	}
}

// TestLaterGroupsWin, field by field.
func TestLaterGroupsWin(t *testing.T) {
	p := graph.NewParam("dense1.bias", graph.Float32, 2)
	q := graph.NewParam("dense1.weight", graph.Float32, 2, 2)
	require.NoError(t, graph.SetGroups([]*graph.Param{p, q}, []graph.Group{
		{Params: "dense1.*", Rate: 0.5, L2: 2}, {Params: "*.bias", L2: graph.None},
	}))
	assert.Equal(t, []float64{0.5, 0.5, 0}, []float64{p.RateFactor(), p.DecayFactor(), p.L2Factor()})
	assert.Equal(t, []float64{0.5, 0.5, 2}, []float64{q.RateFactor(), q.DecayFactor(), q.L2Factor()})
	require.NoError(t, graph.SetGroups([]*graph.Param{p, q}, []graph.Group{{Params: "*", Frozen: true}, {Params: "*.bias", Learned: true}}))
	assert.Equal(t, []*graph.Param{p}, graph.Learned([]*graph.Param{p, q}))
	require.NoError(t, graph.SetGroups([]*graph.Param{p, q}, nil))
	assert.Equal(t, []float64{1, 1, 1}, []float64{p.RateFactor(), p.DecayFactor(), p.L2Factor()})
}

package cpus

import (
	"os"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestShare: what processes that share machines have each.
func TestShare(t *testing.T) {
	at := func(host, processors string, workers int, why Reason) Place {
		return Place{host, processors, Count{Workers: workers, Why: why}}
	}
	for name, c := range map[string]struct {
		places []Place
		want   int
	}{
		"alone":                      {[]Place{at("a", "0-7", 8, Everywhere)}, 8},
		"four on eight":              {[]Place{at("a", "0-7", 8, Everywhere), at("a", "0-7", 8, Everywhere), at("a", "0-7", 8, Everywhere), at("a", "0-7", 8, Everywhere)}, 2},
		"three on eight":             {[]Place{at("a", "0-7", 8, Everywhere), at("a", "0-7", 8, Everywhere), at("a", "0-7", 8, Everywhere)}, 2},
		"more than processors":       {[]Place{at("a", "0", 1, Everywhere), at("a", "0", 1, Everywhere)}, 1},
		"each bound to its own":      {[]Place{at("a", "0", 1, Affinity), at("a", "1", 1, Affinity)}, 1},
		"two on each of two sockets": {[]Place{at("a", "0-7", 8, Affinity), at("a", "8-15", 8, Affinity), at("a", "0-7", 8, Affinity), at("a", "8-15", 8, Affinity)}, 4},
		"two machines":               {[]Place{at("a", "0-7", 8, Everywhere), at("b", "0-7", 8, Everywhere)}, 8},
		"the smaller machine counts": {[]Place{at("a", "0-7", 8, Everywhere), at("b", "0-3", 4, Everywhere)}, 4},
		"a quota of all there":       {[]Place{at("a", "0-7", 4, Quota), at("a", "0-7", 4, Quota)}, 2},
		"GOMAXPROCS is each one's":   {[]Place{at("a", "0-7", 3, Variable), at("a", "0-7", 3, Variable)}, 3},
	} {
		assert.Equal(t, c.want, Share(c.places), name)
	}
	places := []Place{at("a", "0-1", 2, Affinity), at("a", "2-3", 2, Affinity), at("a", "0-1", 2, Affinity), at("b", "0-1", 2, Affinity)}
	assert.Equal(t, 2, Beside(places, places[0]))
	assert.Equal(t, 1, Beside(places, places[1]))
	assert.Equal(t, 3, OnHost(places, places[1]))
	assert.Equal(t, 1, OnHost(places, places[3]))
}

func TestHere(t *testing.T) {
	assert.Equal(t, "0-3,8", allowedList(fstest.MapFS{"proc/self/status": {Data: []byte("Name:\tx\nCpus_allowed:\t10f\nCpus_allowed_list:\t0-3,8\n")}}))
	assert.Empty(t, allowedList(fstest.MapFS{}))
	host, err := os.Hostname()
	require.NoError(t, err)
	p := Here()
	assert.Equal(t, host, p.Host)
	assert.Equal(t, Now(), p.Count)
	if runtime.GOOS == "linux" {
		assert.Equal(t, runtime.NumCPU(), countList(p.Processors))
	}
}

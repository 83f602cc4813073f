//go:build race

package layertest

const raceEnabled = true // the race detector allocates

//go:build race

package layers_test

const raceEnabled = true // the race detector allocates

//go:build accelerate && race

package accelerate

const raceEnabled = true

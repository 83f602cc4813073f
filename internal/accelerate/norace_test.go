//go:build !race

package accelerate

const raceEnabled = false

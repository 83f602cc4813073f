package losses_test

import (
	"testing"

	"github.com/gokfac/gokfac/losses/losstest"
)

// The cost of ExampleLoss is right.
func TestLogCosh(t *testing.T) { losstest.Check(t, logCosh{}, losstest.Config{}) }

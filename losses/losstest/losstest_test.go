package losstest_test

import (
	"testing"

	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

func TestLibrary(t *testing.T) {
	for name, l := range map[string]losses.Loss{
		"softmax": losses.SoftmaxCrossEntropy{}, "squared": losses.SquaredError{}, "sigmoid": losses.SigmoidCrossEntropy{},
	} {
		t.Run(name, func(t *testing.T) { losstest.Check(t, l, losstest.Config{}) })
	}
	t.Run("gaussian", func(t *testing.T) { losstest.Check(t, losses.DiagonalGaussian{}, losstest.Config{Large: 20}) })
	t.Run("weighted", func(t *testing.T) {
		losstest.Check(t, losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, losstest.Config{})
	})
	t.Run("class", func(t *testing.T) {
		losstest.Check(t, losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{}), losstest.Config{})
	})
}

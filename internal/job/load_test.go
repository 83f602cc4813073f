package job

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/layers"
)

// TestClassifierOf: a network of one's own that has BatchNorm, or a residual block, takes
// tables as well as images, unless there is a convolution in it.
func TestClassifierOf(t *testing.T) {
	dense, conv := &layers.Dense{Units: 2}, &layers.Conv2D{Filters: 2, Kernel: [2]int{3, 3}}
	for want, nets := range map[string][]layers.Layer{
		"mlp":     {dense, layers.Sequential{dense, &layers.BatchNorm{}}, &layers.Residual{Body: layers.Sequential{dense, &layers.BatchNorm{}}}},
		"convnet": {layers.Sequential{conv, &layers.BatchNorm{}, dense}},
		"resnet":  {layers.Sequential{conv, &layers.Residual{Body: layers.Sequential{conv, &layers.BatchNorm{}}}}},
		"rnn":     {layers.Sequential{&layers.Recurrent{Units: 2}, dense}},
	} {
		for _, net := range nets {
			assert.Equal(t, want, classifierOf(net), "%v", net)
		}
	}
}

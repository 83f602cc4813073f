package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDidYouMean(t *testing.T) {
	names := []string{"opt", "adam", "kfac", "batch-size", "learning", "lr"}
	for text, want := range map[string]string{
		"Adam": "adam", "adan": "adam", "kafc": "kfac", "optimizer": "opt", "batch": "batch-size", "batchsize": "batch-size",
		"out": "", "xyz": "", "": "", "b": "",
	} {
		if want != "" {
			want = " (did you mean " + want + "?)"
		}
		assert.Equal(t, want, DidYouMean(text, names), text)
	}
	assert.Equal(t, 3, distance("kitten", "sitting"))
	assert.Equal(t, 1, distance("kafc", "kfac"))
	assert.Equal(t, 3, distance("ca", "abc")) // 2 if what has changed places could be parted
	assert.Equal(t, 4, distance("", "kfac"))
}

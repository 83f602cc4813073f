package trainer_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// BenchmarkSave and BenchmarkLoad are of 5.6 million float32 parameters, on the disk of the temporary directory.
func BenchmarkSave(b *testing.B) { benchmarkFile(b, true) }
func BenchmarkLoad(b *testing.B) { benchmarkFile(b, false) }

func benchmarkFile(b *testing.B, save bool) {
	net := layers.Sequential{&layers.Dense{Units: 2000}, layers.ReLU(), &layers.Dense{Units: 2000}, layers.ReLU(), &layers.Dense{Units: 10}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{784}})
	require.NoError(b, err)
	dir := b.TempDir()
	require.NoError(b, trainer.Save(dir, m, trainer.Preparation{}, trainer.SaveConfig{}))
	info, err := os.Stat(filepath.Join(dir, trainer.ModelFile))
	require.NoError(b, err)
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		if save {
			err = trainer.Save(dir, m, trainer.Preparation{}, trainer.SaveConfig{})
		} else {
			_, _, err = trainer.Load(dir, trainer.LoadConfig{})
		}
		require.NoError(b, err)
	}
}

package job

import (
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// assessReconstructions is about an autoencoder: the first test examples, as whatever was
// chosen by how well it is reconstructed would say nothing of the others.
func assessReconstructions(d *datasets.Dataset) (metrics []trainer.Metric, tell func(*results.Assessment)) {
	pick := &picker{most: examplesOf(d, 2), judge: anyExample, outputs: true}
	return []trainer.Metric{pick}, func(a *results.Assessment) {
		show := pixelsOf(d)
		a.Examples = pick.examples(a, d, func(e *results.Example, p picked) { e.Output = show.values(p.output) })
	}
}

func anyExample(p picked, _, _ []float64) (picked, bool) { return p, true }

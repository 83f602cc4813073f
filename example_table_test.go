package gokfac_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestTable runs the README's lines about a table of one's own.
func TestTable(t *testing.T) {
	var text strings.Builder
	text.WriteString("length,width,species\n")
	for i := range 60 {
		fmt.Fprintf(&text, "%.2f,%.2f,%s\n", float64(4+2*(i%2))+float64(i%7)/10, 3+float64(i%5)/10, []string{"setosa", "virginica"}[i%2])
	}
	t.Chdir(t.TempDir())
	check(os.WriteFile("flowers.csv", []byte(text.String()), 0o600))

	data, err := datasets.ReadCSV("flowers.csv")
	check(err)
	data.Standardize()
	train, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 500, KeepLast: true})
	check(err)
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: data.Classes}}, losses.SoftmaxCrossEntropy{},
		trainer.ModelConfig{Input: data.Shape, Seed: 1})
	check(err)
	optimizer, err := kfac.New(kfac.Config{})
	check(err)
	fit := trainer.Trainer{Model: model, Optimizer: optimizer, Epochs: 20}
	_, err = fit.Fit(context.Background(), train)
	check(err)
	raw, err := data.Scaling.Apply([]float64{6.1, 2.9})
	check(err)
	p, err := model.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(raw)))
	check(err)
	fmt.Println(data.ClassNames, p.Float32s())
	assert.Equal(t, []string{"setosa", "virginica"}, data.ClassNames)
	assert.Greater(t, p.Float32s()[1], float32(0.9))
}

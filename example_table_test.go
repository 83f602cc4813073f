package gokfac_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

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
	predictor, err := trainer.NewPredictor(model, trainer.Preparation{
		Inputs: data.Scaling, Features: data.FeatureNames, Classes: data.ClassNames,
	})
	check(err)
	p, err := predictor.Predict([]float64{6.1, 2.9})
	check(err)
	fmt.Println(p.Name, p.Probabilities)
	assert.Equal(t, []string{"setosa", "virginica"}, data.ClassNames)
	assert.Equal(t, "virginica", p.Name)
	assert.Greater(t, p.Probabilities[1], 0.9)
}

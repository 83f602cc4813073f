package report_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
)

// The page of a run that was read from the JSON that cmd/train prints.
func ExampleWriteRun() {
	run := &results.Run{
		Optimizer: "adam", Model: "mlp", Dataset: "iris", BatchSize: 60, Params: 99, Steps: 40, Epochs: 20, PerEpoch: 2,
		TrainSeconds: 0.25, TrainLoss: 0.125, Ending: results.Done,
	}
	for i, loss := range []results.Number{1, 0.5, 0.125} {
		run.History = append(run.History, results.Record{Step: 10 * (i + 1), Epoch: 5 * (i + 1), TrainLoss: loss, TrainSeconds: results.Number(i)})
	}
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(report.WriteRun(dir, run, nil))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		fmt.Println(filepath.Base(name))
	}
	fmt.Println(err)
	// Output:
	// <nil>
	// figures
	// report.html
	// <nil>
}

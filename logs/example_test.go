package logs_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/logs"
	"github.com/gokfac/gokfac/trainer"
)

// A run that was killed after step 20 goes on from its checkpoint at step 10.
func ExampleCSV() {
	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "metrics.csv")
	record := func(c *logs.CSV, step int, loss float64) { // trainer.Fit does this
		r := &trainer.Record{Step: step, Epoch: 1, TrainLoss: loss, Scores: map[string]float64{"test_accuracy": 0.5}}
		if err := c.Callback(&trainer.Event{Kind: trainer.Evaluated, Record: r}); err != nil {
			log.Fatal(err)
		}
	}
	killed := &logs.CSV{Path: path}
	record(killed, 10, 0.7)
	record(killed, 20, 0.6)
	killed.Close()

	resumed := &logs.CSV{Path: path}
	if err := resumed.Resume(10); err != nil {
		log.Fatal(err)
	}
	record(resumed, 20, 0.4)
	resumed.Close()
	text, _ := os.ReadFile(path)
	fmt.Print(string(text))
	// Output:
	// step,epoch,train_loss,test_accuracy,train_seconds
	// 10,1,0.7,0.5,0
	// 20,1,0.4,0.5,0
}

// Every second step is logged.
func ExampleJSONLines() {
	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	j := &logs.JSONLines{Path: filepath.Join(dir, "log.jsonl"), Every: 2, Config: map[string]int{"batch": 64}}
	for step := 1; step <= 4; step++ { // trainer.Fit does this
		if err := j.Callback(&trainer.Event{Kind: trainer.StepDone, Step: step, Epoch: 1, Loss: 1 / float64(step)}); err != nil {
			log.Fatal(err)
		}
	}
	j.Close()
	text, _ := os.ReadFile(j.Path)
	for line := range strings.Lines(string(text)) {
		_, rest, _ := strings.Cut(line, `"step":`)
		fmt.Print(line[:len(`{"event":"ste`)], "… ", rest)
	}
	// Output:
	// {"event":"sta… 0,"config":{"batch":64}}
	// {"event":"ste… 2,"epoch":1,"loss":0.5,"learning_rate":0,"examples":0}
	// {"event":"ste… 4,"epoch":1,"loss":0.25,"learning_rate":0,"examples":0}
}

// tensorboard --logdir shows the file; Model adds histograms.
func ExampleTensorBoard() {
	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	b := &logs.TensorBoard{Dir: dir, Every: 1}
	if err := b.Callback(&trainer.Event{Kind: trainer.StepDone, Step: 1, Loss: 0.5}); err != nil {
		log.Fatal(err)
	}
	if err := b.Close(); err != nil {
		log.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*.gokfac"))
	fmt.Println(len(files))
	// Output: 1
}

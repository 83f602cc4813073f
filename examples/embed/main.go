// Command embed is a web server that learns while it answers. A goroutine trains a
// classifier on a stream of examples; after each epoch its weights are copied, and the
// copy answers requests while training goes on.
//
//	go run ./examples/embed          # trains, asks itself, and ends
//	go run ./examples/embed -serve   # goes on until Ctrl-C: curl 'ADDRESS/predict?x=0.2&y=0.3'
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"

	"github.com/gokfac/gokfac/datasets/stream"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen; port 0: a free one")
	dir := flag.String("dir", "", "directory for the model, which is written after each epoch; empty: none is")
	serve := flag.Bool("serve", false, "go on serving when training is done")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, slog.Default(), *address, *dir, *serve); err != nil {
		slog.Error("embed", "error", err)
		os.Exit(1)
	}
}

// run serves until training is done, or ctx ends.
func run(ctx context.Context, out io.Writer, logger *slog.Logger, address, dir string, serve bool) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s := &service{logger: logger, dir: dir}
	server := &http.Server{Handler: s}
	defer server.Close()
	go server.Serve(listener)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the stream's goroutine as well
	training := make(chan error, 1)
	go func() { training <- s.train(ctx) }()

	url := "http://" + listener.Addr().String() + "/predict?x=0.2&y=0.3"
	fmt.Fprintln(out, "listening:", url)
	if err := <-training; err != nil {
		return err
	}
	answer, err := http.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, answer.Body); err != nil {
		return err
	}
	if serve {
		<-ctx.Done()
	}
	return nil
}

// service answers requests with the weights of the last epoch.
type service struct {
	logger    *slog.Logger
	dir       string
	predictor atomic.Pointer[trainer.Predictor] // nil: no epoch is over
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	predictor := s.predictor.Load()
	if predictor == nil {
		http.Error(w, "still in the first epoch", http.StatusServiceUnavailable)
		return
	}
	x, errX := strconv.ParseFloat(r.FormValue("x"), 64)
	y, errY := strconv.ParseFloat(r.FormValue("y"), 64)
	p, err := predictor.Predict([]float64{x, y}) // any number of requests at once
	if err := errors.Join(errX, errY, err); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"class": p.Name, "sure": p.Probabilities[p.Class] > 0.9})
}

// train trains in the calling goroutine. Nothing but s.predictor is shared with others.
func (s *service) train(ctx context.Context) error {
	data, err := stream.New(ctx, points, stream.Options{Shape: []int{2}, Classes: 2, BatchSize: 100, Window: 1000, Seed: 1})
	if err != nil {
		return err
	}
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 2}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		return err
	}
	preparation := trainer.Preparation{Features: []string{"x", "y"}, Classes: []string{"outside", "inside"}}
	predictor, err := trainer.NewPredictor(model, preparation)
	if err != nil {
		return err
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		return err
	}
	fit := trainer.Trainer{Model: model, Optimizer: optimizer, Epochs: 5, Logger: s.logger}
	run, err := fit.Begin(data)
	if err != nil {
		return err
	}
	for _, err := range run.Epochs(ctx) {
		if err != nil {
			return err
		}
		snapshot, err := predictor.Snapshot() // between two steps: here, and nowhere else
		if err != nil {
			return err
		}
		s.predictor.Store(snapshot)
		if s.dir == "" {
			continue
		}
		if err := trainer.Save(s.dir, model, preparation, trainer.SaveConfig{}); err != nil {
			return err
		}
	}
	return nil
}

// points is the data: points of a square, inside of a circle or outside. It could as well read a table of a database.
func points(yield func(stream.Example, error) bool) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		e := stream.Example{X: []float64{2*random.Float64() - 1, 2*random.Float64() - 1}}
		if e.X[0]*e.X[0]+e.X[1]*e.X[1] < 0.6 {
			e.Label = 1
		}
		if !yield(e, nil) {
			return
		}
	}
}

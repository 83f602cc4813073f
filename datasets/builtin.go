package datasets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/memory"
)

// drawn calls draw with a context that never ends. An interruption is draw's only error, so there is none.
func drawn(draw func(context.Context) (*Dataset, error)) *Dataset {
	d, err := draw(context.Background())
	if err != nil {
		panic(err)
	}
	return d
}

func drawDigits(ctx context.Context) (*Dataset, error) {
	if err := memory.Check(ctx, "the built-in digits", 4*24_000*side*side); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return digits(ctx, DigitsOptions{})
}

func drawShapes(ctx context.Context) (*Dataset, error) {
	if err := memory.Check(ctx, "the built-in shapes", 4*24_000*pictureSize); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return shapes(ctx, ShapesOptions{})
}

func drawRegression(ctx context.Context) (*Dataset, error) {
	if err := memory.Check(ctx, "the built-in regression", 4*24_000*(64+8)); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return illConditioned(ctx, IllConditionedOptions{})
}

// builtIn draws a data set with its defaults until ctx ends.
func builtIn(ctx context.Context, draw func(context.Context) (*Dataset, error), why string) (*Dataset, string, error) {
	d, err := draw(ctx)
	if err != nil {
		return nil, "", err
	}
	return d, why, nil
}

// drawSplit draws n examples of size values on all processors. An artist works for one goroutine: it has a generator, which is
// seeded for each example, and draws an example, of which it returns the class. If ctx ends, fewer examples are drawn.
func drawSplit(ctx context.Context, seed, stream uint64, n, size int, artist func() (*rand.PCG, func(x []float32) int32)) Split {
	s := Split{X: make([]float32, n*size), Labels: make([]int32, n)}
	workers := min(cpus.Workers(), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			pcg, draw := artist()
			for i := n * w / workers; i < n*(w+1)/workers && ctx.Err() == nil; i++ {
				pcg.Seed(seed, stream+uint64(i))
				s.Labels[i] = draw(s.X[i*size : (i+1)*size])
			}
		})
	}
	wg.Wait()
	return s
}

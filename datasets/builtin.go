package datasets

import (
	"context"
	"fmt"

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

package datasets

import "context"

// drawn is what draw gives where nothing interrupts it, which is its only way to fail.
func drawn(draw func(context.Context) (*Dataset, error)) *Dataset {
	d, err := draw(context.Background())
	if err != nil {
		panic(err)
	}
	return d
}

func drawDigits(ctx context.Context) (*Dataset, error) { return digits(ctx, DigitsOptions{}) }

func drawRegression(ctx context.Context) (*Dataset, error) {
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

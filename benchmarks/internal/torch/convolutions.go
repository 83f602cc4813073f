package torch

import "fmt"

// Convnet is a convolutional classifier of 28×28 images in training, for torch_conv_step.py.
type Convnet struct {
	Batch           int
	Filters, Hidden []int
}

func (w Convnet) String() string {
	return fmt.Sprintf("%d %s %s", w.Batch, list(w.Filters), list(w.Hidden))
}

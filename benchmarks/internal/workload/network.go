package workload

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Network is a fully connected network on MNIST.
type Network struct {
	Name        string
	Widths      []int // of the layers from the 784 inputs to the outputs
	Autoencoder bool  // tanh, a linear code layer, sigmoid cross-entropy; else ReLU and softmax
}

// MLP is a classifier with these hidden layers.
func MLP(hidden ...int) Network {
	return Network{Name: "mlp", Widths: slices.Concat([]int{features}, hidden, []int{classes})}
}

// Autoencoder has these layers down to the code, and the same ones up again.
func Autoencoder(hidden ...int) Network {
	up := slices.Clone(hidden[:len(hidden)-1])
	slices.Reverse(up)
	return Network{Name: "autoencoder", Widths: slices.Concat([]int{features}, hidden, up, []int{features}), Autoencoder: true}
}

// Default is cmd/train's network of that name.
func Default(name string) Network {
	s, err := job.DefaultSpec("sgd", "", name)
	if err != nil {
		panic(err) // a test has both names
	}
	if name == "autoencoder" {
		return Autoencoder(s.Hidden...)
	}
	return MLP(s.Hidden...)
}

// spec is cmd/train's run of the network with an optimizer, on batches of a size; 0
// for the default.
func (n Network) spec(batch int, optimizer string, mode kfac.Mode) (*job.Spec, error) {
	s := job.NewSpec()
	s.Model, s.Hidden, s.Optimizer, s.Batch = n.Name, n.hidden(), optimizer, batch
	s.KFAC.Mode = mode
	return s, s.Resolve(examples)
}

// hidden are the layers that -hidden names.
func (n Network) hidden() []int {
	if n.Autoencoder {
		return n.Widths[1 : len(n.Widths)/2+1]
	}
	return n.Widths[1 : len(n.Widths)-1]
}

// Model builds the network with its loss.
func (n Network) Model() (*trainer.Model, error) {
	s, err := n.spec(0, "sgd", "")
	if err != nil {
		return nil, err
	}
	return s.NewModel(Data())
}

// Optimizer is "sgd", "adam", "kfac" (its fixed mode, which figures under that
// name have always been of) or "kfac-adaptive", with cmd/train's settings for the
// network and a batch size.
func (n Network) Optimizer(name string, batch int) (trainer.Optimizer, error) {
	optimizer, mode := optimizerNamed(name)
	if !slices.Contains(job.Names(job.Optimizers()), optimizer) {
		return nil, fmt.Errorf("no optimizer %q", name)
	}
	s, err := n.spec(batch, optimizer, mode)
	if err != nil {
		return nil, err
	}
	return s.NewOptimizer()
}

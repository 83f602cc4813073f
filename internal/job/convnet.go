package job

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// convnetRow is the usual small network for images: convolutions without padding, a
// max-pool after every second one, and a perceptron.
func convnetRow() Model {
	return classifier(Model{
		Entry:  Entry{"convnet", "images: conv 3×3 32, conv 3×3 64, max-pool 2, dense 128, dropout, classes; ReLU"},
		Images: true, Fits: convnetFits, Has: has[*layers.Conv2D],
		Hidden: []int{128}, Filters: []int{32, 64}, Activation: "relu", Dropout: 0.25, Init: small,
		Net:  func(s *Spec, d *datasets.Dataset) layers.Layer { return convnet(s, d.Classes) },
		Maps: convnetMaps,
		Sizes: func(s *Spec, d *datasets.Dataset) string {
			return fmt.Sprintf("%s, filters %s, dense %s", pictureSize(d), Joined(s.Filters, "-"), Joined(append(s.Hidden[:len(s.Hidden):len(s.Hidden)], d.Classes), "-"))
		},
		Batch: 128, Epochs: 5, MoreSpace: ":epochs=2/3/5",
		Mode: kfac.Fixed, Defaults: imageDefaults(),
	})
}

// imageDefaults are those of networks of images at batch 128.
func imageDefaults() map[string]Defaults {
	return map[string]Defaults{
		"fixed": {Steps: 300, Parts: 4, Noise: 128, Schedule: "cosine", LearningRate: 0.05, Momentum: 0.8, KFAC: kfac.Config{
			Damping: 0.95, KLClip: 0.01, Polyak: 0.95, FactorUpdateSteps: 10, InverseUpdateSteps: 20,
		}},
		"adaptive": {Steps: 100, Parts: 4, Schedule: "constant", LearningRate: 1, KFAC: kfac.Config{Polyak: 0.9}},
		"adam":     {Steps: 300, Parts: 4, Schedule: "cosine", LearningRate: 1e-3},
		"sgd":      {Steps: 300, Parts: 4, Noise: 16, Schedule: "cosine", LearningRate: 0.05, Momentum: 0.9},
	}
}

// has reports whether a layer is of type L.
func has[L layers.Layer](l layers.Layer) bool {
	_, ok := l.(L)
	return ok
}

const kernel = 3

// convnet has a max-pool after every second convolution, and after the last. The activation
// comes after it: a rising function of the greatest value is the greatest of the function's
// values, at a quarter of the work.
func convnet(s *Spec, classes int) layers.Sequential {
	init := s.initializer()
	var net layers.Sequential
	for i, filters := range s.Filters {
		net = append(net, &layers.Conv2D{Filters: filters, Kernel: [2]int{kernel, kernel}, Init: init})
		if pooled(i, len(s.Filters)) {
			net = append(net, &layers.MaxPool2D{Window: [2]int{2, 2}})
		}
		net = append(net, s.activation())
	}
	return append(net, perceptron(s, classes)...)
}

// pooled tells the convolutions, of so many, that a max-pool follows.
func pooled(i, convolutions int) bool { return i%2 == 1 || i == convolutions-1 }

func convnetMaps(s *Spec, d *datasets.Dataset) []Map {
	h, w, c := image(d)
	var maps []Map
	for i, filters := range s.Filters {
		h, w = h-kernel+1, w-kernel+1
		maps = append(maps, Map{In: kernel * kernel * c, Out: filters, Places: max(h*w, 0)})
		if c = filters; pooled(i, len(s.Filters)) {
			h, w = h/2, w/2
		}
	}
	return append(maps, chain(append(append([]int{max(h*w, 0) * c}, s.Hidden...), d.Classes)...)...)
}

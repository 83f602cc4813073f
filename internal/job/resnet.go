package job

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// resnetRow is a small residual network (He et al. 2016) with BatchNorm.
func resnetRow() Model {
	return classifier(Model{
		Entry:  Entry{"resnet", "images: conv 16, residual blocks of 16, 32, 64 with BatchNorm, global mean, classes"},
		Images: true, Has: residualOfImages,
		Filters: []int{16, 32, 64}, Activation: "relu", Init: scaled, Lacks: []string{"hidden"},
		Net:  func(s *Spec, d *datasets.Dataset) layers.Layer { return resnet(s, d.Classes) },
		Maps: resnetMaps,
		Sizes: func(s *Spec, d *datasets.Dataset) string {
			return fmt.Sprintf("%s, blocks of %s filters, %d", pictureSize(d), Joined(s.Filters, "-"), d.Classes)
		},
		Batch: 128, Epochs: 5, MoreSpace: ":epochs=2/3/5",
		Mode: kfac.Fixed, Defaults: imageDefaults(),
	})
}

// residualOfImages reports whether a layer is a residual block with a convolution in it.
func residualOfImages(l layers.Layer) bool {
	found := false
	if has[*layers.Residual](l) {
		layers.Walk(l, layers.Kinds(), func(l layers.Layer) { found = found || has[*layers.Conv2D](l) })
	}
	return found
}

// resnet has a block for each of the filters. All but the first halve the image.
func resnet(s *Spec, classes int) layers.Sequential {
	net := s.convolution(s.Filters[0], kernel, 1)
	net = append(net, s.activation())
	for i, filters := range s.Filters {
		stride := min(i+1, 2)
		block := &layers.Residual{Body: append(append(s.convolution(filters, kernel, stride), s.activation()), s.convolution(filters, kernel, 1)...)}
		if i > 0 {
			block.Shortcut = s.convolution(filters, 1, stride)
		}
		net = append(net, block, s.activation())
		if s.Dropout > 0 {
			net = append(net, &layers.Dropout2D{Rate: s.Dropout})
		}
	}
	return append(net, &layers.GlobalAvgPool{}, &layers.Dense{Units: classes, Init: s.initializer()})
}

// convolution is followed by BatchNorm, which has the bias. Of a kernel of odd size at
// stride 1 the output has the size of the image.
func (s *Spec) convolution(filters, size, stride int) layers.Sequential {
	return layers.Sequential{
		&layers.Conv2D{Filters: filters, Kernel: [2]int{size, size}, Stride: [2]int{stride, stride}, Padding: [2]int{size / 2, size / 2},
			Init: s.initializer(), NoBias: true},
		&layers.BatchNorm{},
	}
}

func resnetMaps(s *Spec, d *datasets.Dataset) []Map {
	h, w, c := image(d)
	maps := []Map{{In: kernel * kernel * c, Out: s.Filters[0], Places: h * w}}
	c = s.Filters[0]
	for i, filters := range s.Filters {
		if i > 0 {
			h, w = (h+1)/2, (w+1)/2
			maps = append(maps, Map{In: c, Out: filters, Places: h * w})
		}
		maps = append(maps, Map{In: kernel * kernel * c, Out: filters, Places: h * w}, Map{In: kernel * kernel * filters, Out: filters, Places: h * w})
		c = filters
	}
	return append(maps, chain(c, d.Classes)...)
}

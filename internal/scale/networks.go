package scale

import "fmt"

// Networks are the examples of docs/scale.md.
func Networks() []Network {
	return []Network{MLP(), Autoencoder(), ResNet32(), VGG16(), ResNet50()}
}

// MLP is cmd/train's classifier on MNIST.
func MLP() Network { return Network{Name: "MLP", Layers: dense(784, 512, 512, 10)} }

// Autoencoder is cmd/train's deep autoencoder on MNIST.
func Autoencoder() Network {
	return Network{Name: "autoencoder", Layers: dense(784, 1000, 500, 250, 30, 250, 500, 1000, 784)}
}

func dense(widths ...int) (layers []Layer) {
	for i, out := range widths[1:] {
		layers = append(layers, Layer{fmt.Sprint("dense", i+1), widths[i], out, 1, true})
	}
	return layers
}

// images adds convolutions, each followed by a BatchNorm with a factor, a summand, a running
// mean and a running variance for each channel.
type images struct {
	Network
	side, channels int // of the images at hand
}

// conv adds a convolution with padding. It does not change the images at hand: shortcuts
// start from the same ones.
func (n *images) conv(name string, channels, kernel, out, side int, bias bool) {
	n.Layers = append(n.Layers, Layer{name, channels * kernel * kernel, out, side * side, bias})
	n.Other += 2 * out
	n.Buffers += 2 * out
}

// ResNet32 is the one for CIFAR (He et al. 2015, §4.2): 3 stages of 5 blocks of two 3×3
// convolutions, with shortcuts that have no parameters.
func ResNet32() Network {
	n := images{Network{Name: "ResNet-32, CIFAR"}, 32, 16}
	n.conv("stem", 3, 3, 16, n.side, false)
	for stage, out := range []int{16, 32, 64} {
		for block := range 5 {
			if stage > 0 && block == 0 {
				n.side /= 2
			}
			n.conv(fmt.Sprintf("%d.%d.a", stage+1, block+1), n.channels, 3, out, n.side, false)
			n.conv(fmt.Sprintf("%d.%d.b", stage+1, block+1), out, 3, out, n.side, false)
			n.channels = out
		}
	}
	n.Layers = append(n.Layers, Layer{"dense", 64, 10, 1, true})
	return n.Network
}

// VGG16 is the one that is usual for CIFAR: 13 convolutions with BatchNorm and one dense
// layer.
func VGG16() Network {
	n := images{Network{Name: "VGG16, CIFAR"}, 32, 3}
	for stage, outs := range [][]int{{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}} {
		for i, out := range outs {
			n.conv(fmt.Sprintf("%d.%d", stage+1, i+1), n.channels, 3, out, n.side, true)
			n.channels = out
		}
		n.side /= 2
	}
	n.Layers = append(n.Layers, Layer{"dense", 512, 10, 1, true})
	return n.Network
}

// ResNet50 is the one for images of 224×224 (He et al. 2015, table 1), with strides in the
// 3×3 convolutions, as torchvision has them.
func ResNet50() Network {
	n := images{Network{Name: "ResNet-50, ImageNet"}, 56, 64}
	n.conv("stem", 3, 7, 64, 112, false)
	for stage, blocks := range []int{3, 4, 6, 3} {
		width := 64 << stage
		for block := range blocks {
			before := n.side
			if stage > 0 && block == 0 {
				n.side /= 2
			}
			name := fmt.Sprintf("%d.%d", stage+1, block+1)
			n.conv(name+".a", n.channels, 1, width, before, false)
			n.conv(name+".b", width, 3, width, n.side, false)
			n.conv(name+".c", width, 1, 4*width, n.side, false)
			if block == 0 {
				n.conv(name+".shortcut", n.channels, 1, 4*width, n.side, false)
			}
			n.channels = 4 * width
		}
	}
	n.Layers = append(n.Layers, Layer{"dense", 2048, 1000, 1, true})
	return n.Network
}

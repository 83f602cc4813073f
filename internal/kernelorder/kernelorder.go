// Package kernelorder relates the weights of convolutions in this module to those in PyTorch and ONNX, which have one order.
//
//	places          of the kernel: kh·kw, or its length
//	channels        of the input; those of one group are channels/groups
//
//	convolution     here (groups·places·channels/groups)×(filters/groups), there filters×(channels/groups)×places
//	transposed      here channels×(places·filters),                        there channels×filters×places
//
// Both are row-major.
package kernelorder

// Convolution says where element i of the weight there is in the weight here. channels and filters are those of one group.
func Convolution(places, channels, filters int) (at func(i int) int) {
	return func(i int) int {
		place, channel, filter := i%places, i/places%channels, i/places/channels
		return ((filter/filters*places+place)*channels+channel)*filters + filter%filters
	}
}

// Transposed is Convolution for a transposed convolution of one group.
func Transposed(places, filters int) (at func(i int) int) {
	return func(i int) int {
		place, filter, channel := i%places, i/places%filters, i/places/filters
		return (channel*places+place)*filters + filter
	}
}

package datasets

import "fmt"

// StandardizeChannels is [Dataset.Standardize] for images, H×W×C or H×W, with a mean and a deviation of each channel, over
// all its pixels and all examples of Train: x ↦ (x−μ_c)/σ_c. A pixel of a channel that is constant over Train becomes 0.
// No value is moved to a bound.
//
// Scaling has H·W·C elements afterwards, equal within a channel, or one where there is one channel. It fails, and changes
// nothing, if examples have another number of dimensions.
func (d *Dataset) StandardizeChannels() error {
	if len(d.Shape) != 2 && len(d.Shape) != 3 {
		return fmt.Errorf("datasets: %s: channels are of images, H×W or H×W×C: these examples have the shape %v", d.Name, d.Shape)
	}
	d.scaleInputs(d.channelScaling())
	return nil
}

// channelScaling is the scaling that standardises the channels as they are.
func (d *Dataset) channelScaling() Scaling {
	var s Scaling
	channels := d.channels()
	if exact := d.Train.exactOf(); exact != nil {
		s = measure(exact, channels)
		markConstant(&s, exact, 0)
	} else {
		s = measure(d.Train.X, channels)
	}
	if channels == 1 {
		return s
	}
	all := Scaling{Mean: make([]float64, d.Features()), Deviation: make([]float64, d.Features())}
	for j := range all.Mean {
		all.Mean[j], all.Deviation[j] = s.Mean[j%channels], s.Deviation[j%channels]
	}
	return all
}

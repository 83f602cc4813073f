package datasets

// Split is one part of a data set, held in memory.
type Split struct {
	X      []float32 // Len()×features, row-major
	Labels []int32   // class of each example, in [0, Classes)
}

// Len is the number of examples.
func (s Split) Len() int { return len(s.Labels) }

// Dataset is a training and a test split over the same features and classes.
type Dataset struct {
	Name        string // "mnist", "fashion-mnist", "digits", or the base name of one's own data
	Shape       []int  // shape of one example: {28, 28} or {features}
	Classes     int    // labels are in [0, Classes)
	Train, Test Split
	Pixels      bool // X are pixel intensities scaled to [0,1]
}

// Features is the number of values of one example, the product of Shape.
func (d *Dataset) Features() int { return product(d.Shape) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

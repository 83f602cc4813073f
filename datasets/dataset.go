package datasets

// Split is one part of a data set, held in memory. Its examples have either classes, in Labels, or values to predict, in
// Targets.
type Split struct {
	X       []float32 // Len()×features, row-major
	Labels  []int32   // class of each example, in [0, Classes); may be nil where there are Targets
	Targets []float32 // Len()×Outputs, row-major; nil: the labels are the targets
	Outputs int       // values of one target; 0: the labels are the targets
}

// Len is the number of examples: of rows of Targets where there are Outputs, else of labels.
func (s Split) Len() int {
	if s.Outputs > 0 {
		return len(s.Targets) / s.Outputs
	}
	return len(s.Labels)
}

// Dataset is a training and a test split over the same features, and over the same classes or with targets of the same
// size.
type Dataset struct {
	Name        string // "mnist", "fashion-mnist", "digits", "ill-conditioned", or the base name of one's own data
	Shape       []int  // shape of one example: {28, 28} or {features}
	Classes     int    // labels are in [0, Classes); 0: the data have values, not classes
	Train, Test Split
	Pixels      bool // X are pixel intensities scaled to [0,1]
}

// Features is the number of values of one example, the product of Shape.
func (d *Dataset) Features() int { return product(d.Shape) }

// Outputs is the number of values of one target; 0: the data have classes.
func (d *Dataset) Outputs() int { return d.Train.Outputs }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

package race

// Digits are some test digits, and what both networks think of them.
type Digits struct {
	First  int     `json:"first"`
	Digits []Digit `json:"digits"`
}

// Digit is one test digit.
type Digit struct {
	Pixels        []byte      `json:"pixels"` // 28×28, row-major, 255 is white; base64 in JSON
	Label         int32       `json:"label"`
	Probabilities [][]float64 `json:"probabilities"` // of the ten digits, for each contender
}

// Page is the number of digits that are shown at once.
const Page = 12

// Digits predicts the test digits of a page; pages beyond the last begin anew.
func (r *Race) Digits(page int) (Digits, error) {
	const pages = Shown / Page
	first := (page%pages + pages) % pages * Page
	d := Digits{First: first, Digits: make([]Digit, Page)}
	raw, width, classes := r.data.raw(first, Page), r.data.set.Features(), r.data.set.Classes
	for i := range d.Digits {
		digit := &d.Digits[i]
		digit.Label = r.data.set.Test.Labels[first+i]
		for _, v := range raw[i*width : (i+1)*width] {
			digit.Pixels = append(digit.Pixels, byte(255*min(max(v, 0), 1)+0.5))
		}
	}
	for _, c := range r.contenders {
		means := make([]float64, Page*classes)
		if c.problem == "" { // of weights that are no numbers there are no probabilities
			if err := c.predictor.Means(means, raw); err != nil {
				return Digits{}, err
			}
		}
		for i := range d.Digits {
			d.Digits[i].Probabilities = append(d.Digits[i].Probabilities, means[i*classes:(i+1)*classes])
		}
	}
	return d, nil
}

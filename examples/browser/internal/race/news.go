package race

// News is what has happened since the last news.
type News struct {
	Over       bool        `json:"over"`
	Contenders []Contender `json:"contenders"`
}

// Contender is how far one of the two is.
type Contender struct {
	Name    string    `json:"name"`
	Steps   int       `json:"steps"`
	Seconds float64   `json:"seconds"`
	Points  []Point   `json:"points"`  // new ones, in order
	Reached []Reached `json:"reached"` // for each of the Goals
	Problem string    `json:"problem"` // why it has stopped; empty: it has not
}

// Reached is the first point at which a share of the test digits was right.
type Reached struct {
	Goal  float64 `json:"goal"`
	Point *Point  `json:"point"` // nil: not yet
}

// goals are the shares of test digits whose first point the page names.
func goals() []float64 { return []float64{0.95, 0.97, 0.98} }

// News tells how far both are, and the points that are new since the last call.
func (r *Race) News() News {
	n := News{Over: r.Over()}
	for _, c := range r.contenders {
		n.Contenders = append(n.Contenders, c.news())
	}
	return n
}

func (c *contender) news() Contender {
	n := Contender{Name: c.name, Steps: c.steps, Seconds: c.seconds(), Points: c.points[c.told:], Problem: c.problem}
	if c.steps == 0 {
		n.Points = nil // the first point has no loss yet
	} else {
		c.told = len(c.points)
	}
	for _, goal := range goals() {
		n.Reached = append(n.Reached, Reached{goal, c.first(goal)})
	}
	return n
}

// first is the first point of at least such an accuracy, or nil.
func (c *contender) first(accuracy float64) *Point {
	for i := range c.points {
		if c.points[i].Accuracy >= accuracy {
			return &c.points[i]
		}
	}
	return nil
}

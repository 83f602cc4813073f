package variational

import "math/rand/v2"

// batches is the sums of step k. Of all data without draws they are those of the record, if there
// was one.
func (m *Model) batches(q *Posterior, all *Sums, cfg FitConfig) func(k int) (*Sums, error) {
	if cfg.BatchSize == 0 && cfg.Draws == 0 {
		return func(k int) (*Sums, error) {
			if k%cfg.Every != 0 {
				all.fill(q)
			}
			all.Step = k
			return all, nil
		}
	}
	s := newSums(m, q)
	s.rng = rand.New(rand.NewPCG(cfg.Seed, 0))
	s.noise = make([]float64, cfg.Draws*m.Dim())
	for range cfg.Draws {
		s.draws = append(s.draws, make([]float64, m.Dim()))
	}
	order := rand.New(rand.NewPCG(cfg.Seed, 1))
	rows := make([]int, m.Examples())
	for i := range rows {
		rows[i] = i
	}
	next := len(rows)
	return func(k int) (*Sums, error) {
		if cfg.BatchSize > 0 {
			if next == len(rows) {
				order.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
				next = 0
			}
			end := min(next+cfg.BatchSize, len(rows))
			s.batch, next = rows[next:end], end
		}
		s.Step = k
		s.redraw()
		s.fill(q)
		return s, nil
	}
}

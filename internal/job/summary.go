package job

import "github.com/gokfac/gokfac/graph"

// Summary is the table of the model's layers. Of K-FAC it has the blocks that the settings
// make; other optimizers have none.
func (r *Run) Summary() (string, error) {
	var forms func([]*graph.Param) string
	if r.kfac != nil {
		var err error
		if forms, err = r.kfac.Preconditioner().Forms(r.Model.Params(), r.Model.Taps()); err != nil {
			return "", err
		}
	}
	return r.Model.SummaryWith(forms), nil
}

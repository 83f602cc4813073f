package live

import (
	"encoding/json"
	"testing"

	"github.com/gokfac/gokfac/internal/results"
)

// FuzzFiles: whatever is taken for a run can be sent to a page.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"version":1,"ending":"done","params":1,"batch_size":1,"steps_per_epoch":1,"workers":1,"steps":1,"history":[{"step":1,"epoch":1,"train_loss":1,"train_seconds":1,"phase_seconds":{"a":1},"kfac":{}}],"train_loss":1,"train_seconds":1,"steps_per_second":1}`))
	f.Add([]byte("step,epoch,train_loss,test_loss,train_seconds\n1,1,2,nan,3\n2,1,inf,4,5\n"))
	f.Add([]byte(`{"version":1,"config":{"opt":"adam","seed":1e300,"batch_size":-1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var runs []*results.Run
		if run, err := parseResult(text); err == nil {
			runs = append(runs, run)
		}
		if run, err := parseConfig(text); err == nil {
			runs = append(runs, run)
		}
		if history, err := parseMetrics(text); err == nil {
			for i := 1; i < len(history); i++ {
				if history[i].Step <= history[i-1].Step {
					t.Fatal("steps that do not grow")
				}
			}
			runs = append(runs, &results.Run{History: history})
		}
		for _, run := range runs {
			d := data{Losses: lossCurveOf([]lossPoint{{1, 1}, {5, 2}}, 1, run)}
			d.of(run)
			if _, err := json.Marshal(d); err != nil {
				t.Fatal(err)
			}
			for _, c := range curvesOf(run, 10).Columns {
				if len(c.Values) > 10 {
					t.Fatal("too many points")
				}
			}
		}
	})
}

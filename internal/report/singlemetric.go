package report

import "strings"

// metricTable has a row for each metric of the assessment.
func (s *Single) metricTable() table {
	t := table{Caption: "Metrics", Head: []string{"", "value", "direction", "meaning"}}
	for _, m := range s.Assessment.Metrics {
		name := score(m.Name)
		t.Rows = append(t.Rows, []string{metricName(m.Name), name.value(float64(m.Value)), s.direction(name), meaningOf(m.Name)})
	}
	return t
}

// metricName is a metric as people write it: mae is MAE, and "mae of width" is "MAE of width".
func metricName(name string) string {
	known := []struct{ name, words string }{{"f1", "F1"}, {"r2", "R²"}, {"mae", "MAE"}, {"rmse", "RMSE"}, {"roc_auc", "ROC AUC"}}
	metric, of, some := strings.Cut(name, " of ")
	for _, k := range known {
		if metric == k.name {
			if some {
				return k.words + " of " + shorten(of, longest)
			}
			return k.words
		}
	}
	if k, ok := topOf(name); ok {
		return "top-" + k + " accuracy"
	}
	return shorten(score(name).words(), longest)
}

// topOf is the k of a metric called topk_accuracy.
func topOf(name string) (k string, ok bool) {
	k, starts := strings.CutPrefix(name, "top")
	k, ends := strings.CutSuffix(k, "_accuracy")
	return shorten(k, longest), starts && ends && k != ""
}

// meaningOf is a metric in a few words; empty for one that is not known here.
func meaningOf(name string) string {
	metric, _, _ := strings.Cut(name, " of ")
	if k, ok := topOf(metric); ok {
		return "the true class is among the " + k + " most probable ones"
	}
	known := []struct{ name, meaning string }{
		{"accuracy", "the true class is the most probable one"},
		{"precision", "of the examples taken for a class, the part that is of it: mean over the classes"},
		{"recall", "of the examples of a class, the part that is taken for it: mean over the classes"},
		{"f1", "harmonic mean of precision and recall of a class: mean over the classes"},
		{"roc_auc", "chance that an example of the second class is given a greater probability of it than one of the first; ½ is guessing"},
		{"calibration_error", "distance between the probability of an answer and how often such answers are right: mean over the examples"},
		{"r2", "part of the targets' variance that is explained: 1 is best, 0 is what always predicting their mean has"},
		{"mae", "mean absolute error, in the targets' own units"},
		{"rmse", "root of the mean squared error, in the targets' own units"},
	}
	for _, k := range known {
		if metric == k.name {
			return k.meaning
		}
	}
	return ""
}

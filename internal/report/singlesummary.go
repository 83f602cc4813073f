package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

func (s *Single) title() string {
	run := s.Run
	text := fmt.Sprintf("%s on %s, trained with %s", run.Model, run.Dataset, s.optimizer())
	if run.Label != "" && run.Label != run.Optimizer {
		text += " (" + run.Label + ")"
	}
	return text
}

// optimizer is for example "K-FAC (adaptive, block-diagonal)".
func (s *Single) optimizer() string {
	text := OptimizerWords(s.Run.Optimizer)
	var parts []string
	for _, name := range []string{"kfac_mode", "kfac_structure"} {
		if v := s.setting(name); v != "" {
			parts = append(parts, v)
		}
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// summary is the run in a few sentences.
func (s *Single) summary() []string {
	run := s.Run
	took := fmt.Sprintf("%s took %s of %s", s.optimizer(), plural(run.Steps, "step"), plural(run.BatchSize, "example"))
	if run.Epochs > 0 {
		took += fmt.Sprintf(" (%s)", plural(run.Epochs, "whole epoch"))
	}
	took += fmt.Sprintf(" in %s s of training", scalar(float64(run.TrainSeconds)))
	if run.Steps > 0 && finite(float64(run.TrainSeconds)) {
		took += fmt.Sprintf(", %s ms each", significant(1000*float64(run.TrainSeconds)/float64(run.Steps), 3))
	}
	list := []string{s.ended(), took + fmt.Sprintf("; the model has %s parameters.", thousands(run.Params))}
	list = append(list, s.scored()...)
	return append(list, s.targeted()...)
}

// ended says how the run did.
func (s *Single) ended() string {
	run := s.Run
	switch run.Ending {
	case results.Done:
		if run.Steps == 1 {
			return "The run ended after its only step."
		}
		return fmt.Sprintf("The run ended after all of its %s.", plural(run.Steps, "step"))
	case results.Reached:
		return fmt.Sprintf("The run ended at its target, after %s.", plural(run.Steps, "step"))
	case results.Stalled:
		patience := "some"
		if v := numberOf(run.Config, "patience"); v > 0 {
			patience = steps.text(v)
		}
		return fmt.Sprintf("The run ended after %s: the validation score had been no better for %s evaluations.", plural(run.Steps, "step"), patience)
	case results.Cut:
		return fmt.Sprintf("The run ended after %s, at a limit from outside.", plural(run.Steps, "step"))
	case results.Diverged:
		why := "its loss ended far above its beginning"
		if !finite(float64(run.TrainLoss)) {
			why = "its loss is infinite or not a number"
		}
		return fmt.Sprintf("The run diverged within %s: %s.", plural(run.Steps, "step"), why)
	case results.Interrupted:
		text := fmt.Sprintf("The run was interrupted after %s", plural(run.Steps, "step"))
		if total := s.total(); total > run.Steps {
			text += fmt.Sprintf(" of %d", total)
		}
		return text + "."
	}
	return fmt.Sprintf("The run has %s; how it ended is not known.", plural(run.Steps, "step"))
}

// total is the number of steps that the run was to have; 0: unknown.
func (s *Single) total() int {
	most, epochs := numberOf(s.Run.Config, "max_steps"), numberOf(s.Run.Config, "epochs")
	total := epochs * float64(s.Run.PerEpoch)
	if !(total > 0) || most > 0 && most < total {
		total = most
	}
	if !(total > 0 && total < 1e15) {
		return 0
	}
	return int(total)
}

// scored says what the main score and the train loss came to.
func (s *Single) scored() []string {
	run, main := s.Run, s.main()
	switch len(run.History) {
	case 0:
		return []string{"The model was not evaluated."}
	case 1:
		return []string{fmt.Sprintf("At the only evaluation, %s was %s (%s).", main.words(), main.value(run.Score(string(main))), s.direction(main))}
	}
	text := fmt.Sprintf("%s ended at %s", capital(main.words()), main.value(run.Score(string(main))))
	if best := s.best(main); best != nil {
		at := "the last evaluation"
		if best.Step != run.History[len(run.History)-1].Step {
			at = "step " + strconv.Itoa(best.Step)
		}
		text += fmt.Sprintf("; the best was %s at %s (%s)", main.value(best.Score(string(main))), at, s.direction(main))
	}
	list := []string{text + "."}
	first, last := float64(run.History[0].TrainLoss), float64(run.TrainLoss)
	if main != trainLoss && finite(first) && finite(last) {
		verb := "fell"
		if last > first {
			verb = "rose"
		}
		list = append(list, fmt.Sprintf("The train loss %s from %s to %s between the first evaluation and the last.", verb, trainLoss.value(first), trainLoss.value(last)))
	}
	return list
}

// targeted says whether the target was reached.
func (s *Single) targeted() []string {
	t := s.Run.Target
	if t == nil {
		return nil
	}
	words := goalWords(results.Goal{Metric: t.Metric, Value: t.Value})
	if !t.Reached || t.Step == nil || t.Seconds == nil {
		return []string{fmt.Sprintf("The target, %s, was not reached.", words)}
	}
	return []string{fmt.Sprintf("The target, %s, was reached at step %d, after %s s of training.", words, *t.Step, scalar(float64(*t.Seconds)))}
}

// warnings are reasons to doubt the run or its page.
func (s *Single) warnings() []string {
	var list []string
	for _, text := range s.Run.Warnings {
		list = append(list, capital(text)+".")
	}
	if n := s.lost(); n > 0 {
		list = append(list, fmt.Sprintf("At %s the train loss is infinite or not a number: the curve has no point there.", plural(n, "evaluation")))
	}
	return list
}

// lost counts the records without a finite train loss.
func (s *Single) lost() (n int) {
	for i := range s.Run.History {
		if !finite(float64(s.Run.History[i].TrainLoss)) {
			n++
		}
	}
	return n
}

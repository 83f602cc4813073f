package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// object is a JSON object whose keys keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.key, err)
		}
		b.WriteByte(separator)
		fmt.Fprintf(&b, "%q:%s", m.key, value)
	}
	if len(o) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// printJSON writes the result as one object on one line.
func (r *training) printJSON(w io.Writer) error {
	s := r.s
	o := object{
		{"version", 1}, {"optimizer", s.opt}, {"model", s.model}, {"dataset", r.d.Name},
		{"seed", s.seed}, {"workers", s.workers}, {"dtype", s.dtype}, {"batch_size", s.batch},
		{"params", r.params()}, {"steps", r.result.Steps}, {"epochs", r.result.Epochs},
		{"train_seconds", finite(r.result.TrainSeconds)}, {"steps_per_second", finite(r.stepsPerSecond())},
		{"train_loss", finite(r.trainLoss())},
	}
	for _, name := range scoresOf(s.model) {
		o = append(o, member{name, finite(r.score(name))})
	}
	if s.target != nil {
		o = append(o, member{"target", targetObject(s.target)})
	}
	history := make([]object, len(r.result.History))
	for i, rec := range r.result.History {
		history[i] = recordObject(s.model, rec)
		if i < len(r.diagnostics) {
			history[i] = append(history[i], member{"kfac", r.diagnostics[i].object()})
		}
	}
	config := object{}
	for _, item := range s.inForce() {
		config = append(config, member{strings.ReplaceAll(item.flag, "-", "_"), item.value})
	}
	o = append(o, member{"history", history}, member{"config", config})
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if _, err = w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

func recordObject(model string, rec trainer.Record) object {
	o := object{{"step", rec.Step}, {"epoch", rec.Epoch}, {"train_loss", finite(rec.TrainLoss)}}
	for _, name := range scoresOf(model) {
		o = append(o, member{name, finite(rec.Scores[name])})
	}
	return append(o, member{"train_seconds", finite(rec.TrainSeconds)})
}

// targetObject leaves step and seconds null where the target was not reached.
func targetObject(t *trainer.Target) object {
	o := object{{"metric", t.Metric}, {"value", t.Value}, {"reached", t.Reached}}
	if !t.Reached {
		return append(o, member{"step", nil}, member{"seconds", nil})
	}
	return append(o, member{"step", t.Step}, member{"seconds", finite(t.Seconds)})
}

// finite is v, or null: JSON has no NaN.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

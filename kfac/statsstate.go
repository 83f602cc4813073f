package kfac

import (
	"fmt"
	"time"

	"github.com/gokfac/gokfac/internal/codec"
)

// statsVersion is the version of the encoding of Stats.
const statsVersion = 1

// fields lists the statistics. Durations are in nanoseconds, in the order of times.
func (s *Stats) fields(times *[5]uint64) []Field {
	list := []Field{
		{Name: "loss", Value: &s.Loss}, {Name: "damping", Value: &s.Damping}, {Name: "gamma", Value: &s.Gamma},
		{Name: "least damping", Value: &s.LeastDamping}, {Name: "gradient norm", Value: &s.GradNorm},
		{Name: "update norm", Value: &s.UpdateNorm}, {Name: "cosine", Value: &s.Cosine}, {Name: "alpha", Value: &s.Alpha},
		{Name: "mu", Value: &s.Mu}, {Name: "clip factor", Value: &s.ClipFactor}, {Name: "predicted", Value: &s.Predicted},
		{Name: "actual", Value: &s.Actual}, {Name: "ratio", Value: &s.Ratio}, {Name: "undone", Value: &s.Undone},
		{Name: "inverse age", Value: &s.InverseAge}, {Name: "failed inverses", Value: &s.FailedInverses},
		{Name: "condition", Value: &s.Condition},
	}
	for i, name := range []string{"gradient time", "inverse time", "product time", "update time", "damping time"} {
		list = append(list, Field{Name: name, Value: &times[i]})
	}
	return list
}

func (s *Stats) durations() [5]*time.Duration {
	return [5]*time.Duration{&s.GradientTime, &s.InverseTime, &s.ProductTime, &s.UpdateTime, &s.DampingTime}
}

// MarshalBinary encodes the statistics, for who keeps some with a run that is saved.
func (s *Stats) MarshalBinary() ([]byte, error) {
	var times [5]uint64
	for i, d := range s.durations() {
		times[i] = uint64(*d)
	}
	return codec.Encode("kfac statistics", statsVersion, s.fields(&times))
}

// UnmarshalBinary restores statistics that MarshalBinary wrote. On an error nothing has
// changed.
func (s *Stats) UnmarshalBinary(data []byte) error {
	var next Stats
	var times [5]uint64
	if err := codec.Decode(data, "kfac statistics", statsVersion, next.fields(&times)); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	for i, d := range next.durations() {
		*d = time.Duration(times[i])
	}
	*s = next
	return nil
}

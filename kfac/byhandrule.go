package kfac

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// ByHandRule is the inner rule of a [Preconditioned] whose steps the caller takes: an update
// rule of one's own, as a function, or in the caller's loop after ByHand.Step. The natural gradient
// is read by [ByHandMap.Update] and [ByHandOther.Update]. The rule itself changes no weight.
//
//	optimizer, err := kfac.NewPreconditioned(&kfac.ByHandRule{Rate: 0.1}, kfac.PreconditionedConfig{})
//	err = net.Step(optimizer, loss)
//	err = hidden.Update(dw, db)          // U, over the gradients
type ByHandRule struct {
	// Rate is α, the learning rate of the caller's rule. PreconditionedConfig.KLClip bounds the
	// step −αU, and nothing else reads it.
	Rate float64
	// Take takes the step, from within Step. An error of it is Step's. Nil: the caller takes the
	// step after Step.
	Take func() error
}

var (
	_ Rule                       = (*ByHandRule)(nil)
	_ encoding.BinaryMarshaler   = (*ByHandRule)(nil)
	_ encoding.BinaryUnmarshaler = (*ByHandRule)(nil)
)

// Step calls Take, if there is one. It returns the objective's loss.
func (r *ByHandRule) Step(obj graph.Objective) (float64, error) {
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	if hand, ok := graph.As[interface{ direct() }](obj); ok {
		hand.direct()
	}
	if r.Take != nil {
		err = r.Take()
	}
	return loss, err
}

// LearningRate returns α.
func (r *ByHandRule) LearningRate() float64 { return r.Rate }

// SetLearningRate sets α.
func (r *ByHandRule) SetLearningRate(alpha float64) { r.Rate = alpha }

func (r *ByHandRule) fields() []Field { return []Field{{Name: "rate", Value: &r.Rate}} }

// MarshalBinary encodes α. The memory of the caller's rule is the caller's to save.
func (r *ByHandRule) MarshalBinary() ([]byte, error) {
	return codec.Encode("rule by hand", 1, r.fields())
}

// UnmarshalBinary restores a state that MarshalBinary wrote.
func (r *ByHandRule) UnmarshalBinary(data []byte) error {
	if err := codec.Decode(data, "rule by hand", 1, r.fields()); err != nil {
		return fmt.Errorf("kfac: restoring the rule: %w", err)
	}
	return nil
}

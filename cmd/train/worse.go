package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/kfac"
)

// checkShrink refuses a weight decay that takes whole weights away in a step.
// No schedule raises the rate, so that the product is never more than this one.
func (s *settings) checkShrink() error {
	if v := s.lr * s.weightDecay; v >= 1 {
		rate := "the learning rate"
		if s.opt == "kfac" && cmp.Or(s.kfac.Mode, defaultMode) == kfac.Adaptive {
			rate = "the factor on the step found"
		}
		return usagef("-lr %g with -weight-decay %g: the product, %g, is the part of each weight that a step takes away (-lr is %s): want less than 1",
			s.lr, s.weightDecay, v, rate)
	}
	return nil
}

// warnings are reasons to doubt a run that has ended.
func (r *training) warnings() []string {
	var list []string
	for _, rise := range r.result.Rises {
		list = append(list, rise.Error())
	}
	if r.result.Unmoved {
		list = append(list, "no parameter has changed by as much as a millionth: the steps are too small")
	}
	return list
}

// kfacGiven names the flags of K-FAC that were given, for a complaint of
// package kfac, which knows its settings by other names.
func (s *settings) kfacGiven() string {
	var given []string
	for _, v := range s.arguments {
		if strings.HasPrefix(v.Flag, "kfac-") || v.Flag == "lr" || v.Flag == "momentum" || v.Flag == "weight-decay" {
			given = append(given, fmt.Sprintf("-%s %s", v.Flag, v.Value))
		}
	}
	if given == nil {
		return ""
	}
	return " (" + strings.Join(given, ", ") + ")"
}

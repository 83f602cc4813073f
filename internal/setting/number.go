// Package setting keeps the numbers of a configuration in one form: 0 stands
// for the default, [None] for none, any other number for itself. A
// configuration lists its numbers once; filling in defaults, checking ranges and
// giving the settings in force back all follow from the list.
package setting

import (
	"fmt"
	"math"
)

// None is the value of a field that is turned off.
const None = -1

// Number is one number of a configuration.
type Number struct {
	Name    string
	Default float64 // 0 if the number is found later, or if there is none
	Range
	get func() float64
	set func(float64)
}

// Range is the set of allowed values: at least Low and below Below.
type Range struct {
	Low, Below float64
	None       bool    // whether None is allowed; it stands for Off
	Off        float64 // mostly 0
}

// The most frequent ranges.
var (
	Positive    = Range{Low: math.SmallestNonzeroFloat64, Below: math.Inf(1)}
	NotNegative = Range{Below: math.Inf(1), None: true}
	Decay       = Range{Below: 1, None: true} // the part that a running average keeps
	Share       = Range{Below: math.Nextafter(1, 2), None: true}
	Fraction    = Range{Low: math.SmallestNonzeroFloat64, Below: math.Nextafter(1, 2)}
	Period      = Range{Low: 1, Below: math.Inf(1)}             // every so many steps
	PeriodOrOff = Range{Low: 1, Below: math.Inf(1), None: true} // or never
)

// Of is the number that v points at.
func Of[N int | float64](name string, v *N, def N, r Range) Number {
	return Number{
		Name: name, Default: float64(def), Range: r,
		get: func() float64 { return float64(*v) },
		set: func(x float64) { *v = N(x) },
	}
}

// Resolve replaces 0 by the default, and None by Off.
func (n Number) Resolve() {
	switch v := n.get(); {
	case v == 0:
		n.set(n.Default)
	case v == None && n.None:
		n.set(n.Off)
	}
}

// Express turns a resolved number into a setting that Resolve turns back into the same number.
func (n Number) Express() {
	if n.None && n.get() == n.Off && n.Off != n.Default {
		n.set(None)
	}
}

// Check returns an error if a resolved number is out of its range. A default of 0 is allowed.
func (n Number) Check() error {
	v := n.get()
	if v >= n.Low && v < n.Below || v == 0 && n.Default == 0 || n.None && v == n.Off {
		return nil
	}
	if v == None { // its name is shown, because its value says nothing
		return fmt.Errorf("%s %g: None does not apply: want %s", n.Name, v, n.Range)
	}
	return fmt.Errorf("%s %g: want %s", n.Name, v, n.Range)
}

// String describes the allowed values.
func (r Range) String() string {
	switch least, bound := r.Low == math.SmallestNonzeroFloat64, !math.IsInf(r.Below, 1); {
	case r == Period || r == PeriodOrOff:
		return "a whole number from 1 on"
	case r == Fraction:
		return "more than 0 and at most 1"
	case r == Share:
		return "a number from 0 to 1"
	case least && bound:
		return fmt.Sprintf("more than 0 and below %g", r.Below)
	case least:
		return "a finite number above 0"
	case bound:
		return fmt.Sprintf("at least %g and below %g", r.Low, r.Below)
	}
	return fmt.Sprintf("a finite number ≥ %g", r.Low)
}

// Numbers are the numbers of a configuration.
type Numbers []Number

// Resolve resolves every number.
func (l Numbers) Resolve() {
	for _, n := range l {
		n.Resolve()
	}
}

// Or takes what is 0 from d, which lists the same numbers of another configuration.
func (l Numbers) Or(d Numbers) {
	for i, n := range l {
		if n.get() == 0 {
			n.set(d[i].get())
		}
	}
}

// Express expresses every number.
func (l Numbers) Express() {
	for _, n := range l {
		n.Express()
	}
}

// Check returns an error that names the first number out of its range.
func (l Numbers) Check() error {
	for _, n := range l {
		if err := n.Check(); err != nil {
			return err
		}
	}
	return nil
}

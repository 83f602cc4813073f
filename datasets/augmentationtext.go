package datasets

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// AugmentationWord is a word of an augmentation as text.
type AugmentationWord struct {
	Name     string
	Argument string // what comes behind an equals sign; empty: nothing does
	What     string

	whole  func(a *Augmentation) *int // pixels; one of these three is not nil
	number func(a *Augmentation) *float64
	toggle func(a *Augmentation) *bool
	most   float64 // of a number
}

// AugmentationWords lists the words that [ParseAugmentation] takes, in the order of the text that it reads back.
func AugmentationWords() []AugmentationWord {
	return []AugmentationWord{
		{Name: "crop", Argument: "PIXELS", What: "pads with background and cuts the size out again, anywhere",
			whole: func(a *Augmentation) *int { return &a.Crop }},
		{Name: "shift", Argument: "PIXELS", What: "moves, and repeats the edge",
			whole: func(a *Augmentation) *int { return &a.Shift }},
		{Name: "flip", What: "mirrors every second image, left and right",
			toggle: func(a *Augmentation) *bool { return &a.Flip }},
		{Name: "vflip", What: "mirrors every second image, top and bottom",
			toggle: func(a *Augmentation) *bool { return &a.FlipVertical }},
		{Name: "rotate", Argument: "DEGREES", What: "turns to either side",
			most: 180, number: func(a *Augmentation) *float64 { return &a.Rotate }},
		{Name: "erase", Argument: "PIXELS", What: "covers a square of that side (cutout)",
			whole: func(a *Augmentation) *int { return &a.Erase }},
		{Name: "brightness", Argument: "PART", What: "multiplies by 1 and up to PART more or less",
			most: 1, number: func(a *Augmentation) *float64 { return &a.Brightness }},
		{Name: "contrast", Argument: "PART", What: "multiplies distances from the mean in the same way",
			most: 1, number: func(a *Augmentation) *float64 { return &a.Contrast }},
		{Name: "mixup", Argument: "ALPHA", What: "mixes with another image and its label, shares from Beta(ALPHA, ALPHA); 0.2 is usual",
			most: maxAlpha, number: func(a *Augmentation) *float64 { return &a.Mixup }},
		{Name: "cutmix", Argument: "ALPHA", What: "pastes a part of another image and of its label; 1 is usual",
			most: maxAlpha, number: func(a *Augmentation) *float64 { return &a.CutMix }},
	}
}

// String writes a as [ParseAugmentation] reads it: what is on, as in crop=4,flip,mixup=0.2, or none.
func (a Augmentation) String() string {
	var words []string
	for _, w := range AugmentationWords() {
		switch {
		case w.toggle != nil:
			if *w.toggle(&a) {
				words = append(words, w.Name)
			}
		case w.whole != nil:
			if v := *w.whole(&a); v != 0 {
				words = append(words, w.Name+"="+strconv.Itoa(v))
			}
		default:
			if v := *w.number(&a); v != 0 {
				words = append(words, w.Name+"="+strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ",")
}

// ErrAugmentationWord is the error of a word that is none of an augmentation's.
var ErrAugmentationWord = errors.New("datasets: unknown augmentation")

// ParseAugmentation reads a list of words separated by commas, as in crop=4,flip,mixup=0.2, in any order; none, or an empty
// text, is nothing. The error is of one line and names the word: an [ErrAugmentationWord] if it is not known, else what is
// wrong with its number.
func ParseAugmentation(text string) (a Augmentation, err error) {
	if text == "" || text == "none" {
		return a, nil
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, valued := strings.Cut(strings.TrimSpace(part), "=")
		w, ok := augmentationWord(name)
		switch {
		case !ok:
			return Augmentation{}, fmt.Errorf("%w %.40q", ErrAugmentationWord, name)
		case seen[name]:
			return Augmentation{}, fmt.Errorf("datasets: augmentation %s is there twice", name)
		}
		seen[name] = true
		if err := w.set(&a, value, valued); err != nil {
			return Augmentation{}, fmt.Errorf("datasets: augmentation %s: %w", name, err)
		}
	}
	return a, nil
}

func augmentationWord(name string) (w AugmentationWord, ok bool) {
	for _, w := range AugmentationWords() {
		if w.Name == name {
			return w, true
		}
	}
	return w, false
}

// set takes the text behind the word's equals sign, if it has one.
func (w AugmentationWord) set(a *Augmentation, value string, valued bool) error {
	switch {
	case w.toggle != nil && valued:
		return fmt.Errorf("it takes no value: write %s", w.Name)
	case w.toggle != nil:
		*w.toggle(a) = true
		return nil
	case !valued:
		return fmt.Errorf("write %s=%s", w.Name, w.Argument)
	case w.whole != nil:
		v, err := strconv.Atoi(value)
		if err != nil || v < 1 {
			return fmt.Errorf("%.40q: want a whole number of pixels, 1 or more", value)
		}
		*w.whole(a) = v
		return nil
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%.40q: want a number above 0", value)
	}
	*w.number(a) = v
	if err := a.Validate(); err != nil {
		return fmt.Errorf("%.40q: want a number of at most %g", value, w.most)
	}
	return nil
}

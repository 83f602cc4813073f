package job

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/datasets"
)

// augmentSetting is the row of the training examples' random changes. It is not the same
// for all that are compared: scores are of examples as they are.
func augmentSetting() Setting {
	return Setting{
		Name: "augment", Group: DataGroup, Argument: "LIST", Text: "random changes of training images, as in crop=2,flip,mixup=0.2 (default none): " + augmentWords(),
		Value:  func(s *Spec) Value { return augmentation{&s.Augmentation} },
		Force:  func(s *Spec) any { return s.Augmentation.String() },
		Listed: func(s *Spec) bool { return s.Augmentation != datasets.Augmentation{} },
	}
}

// augmentWords lists what there is.
func augmentWords() string {
	words := datasets.AugmentationWords()
	list := make([]string, len(words))
	for i, w := range words {
		if list[i] = w.Name; w.Argument != "" {
			list[i] += "=" + w.Argument
		}
	}
	return strings.Join(list, ", ")
}

// augmentation is a list of words separated by commas, or none.
type augmentation struct{ p *datasets.Augmentation }

func (v augmentation) Set(text string) error {
	a, err := datasets.ParseAugmentation(text)
	switch {
	case errors.Is(err, datasets.ErrAugmentationWord):
		return fmt.Errorf("want none, or a list of %s%s", augmentWords(), likeAugmentation(text))
	case err != nil:
		return errors.New(strings.TrimPrefix(Plain(err), "augmentation "))
	}
	*v.p = a
	return nil
}

// likeAugmentation asks about the first word of a list that is none.
func likeAugmentation(text string) string {
	var names []string
	for _, w := range datasets.AugmentationWords() {
		names = append(names, w.Name)
	}
	for part := range strings.SplitSeq(text, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, err := datasets.ParseAugmentation(name); errors.Is(err, datasets.ErrAugmentationWord) {
			return fmt.Sprintf(": %.40q is none%s", name, DidYouMean(name, names))
		}
	}
	return ""
}

// standardize scales the inputs: images of several channels by channel, and so other
// images whose pixels are to be moved, which would be of a wrong scale elsewhere.
func (s *Spec) standardize(d *datasets.Dataset) error {
	images := len(d.Shape) == 2 || len(d.Shape) == 3
	colours := len(d.Shape) == 3 && d.Shape[2] > 1 && d.Pixels
	if images && (colours || s.Augmentation != datasets.Augmentation{} && !d.Pixels) {
		return d.StandardizeChannels()
	}
	d.Standardize()
	return nil
}

package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseAugmentation(t *testing.T) {
	for text, want := range map[string]Augmentation{
		"": {}, "none": {},
		"crop=4,flip,shift=2,mixup=0.2,cutmix=1,erase=8,rotate=10": {Crop: 4, Flip: true, Shift: 2, Mixup: 0.2, CutMix: 1, Erase: 8, Rotate: 10},
		" vflip , brightness=0.25,contrast=1":                      {FlipVertical: true, Brightness: 0.25, Contrast: 1},
	} {
		a, err := ParseAugmentation(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, a, text)
		again, err := ParseAugmentation(a.String())
		require.NoError(t, err)
		assert.Equal(t, a, again)
	}
	assert.Equal(t, "none", Augmentation{}.String())
	assert.Equal(t, "crop=2,shift=1,flip,vflip,rotate=10,erase=3,brightness=0.2,contrast=0.2,mixup=0.2,cutmix=1", everything.String())
}

func TestParseAugmentationRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"crpo=4":                 `datasets: unknown augmentation "crpo"`,
		"flip,":                  `datasets: unknown augmentation ""`,
		"none,flip":              `datasets: unknown augmentation "none"`,
		"crop":                   "datasets: augmentation crop: write crop=PIXELS",
		"crop=0":                 `datasets: augmentation crop: "0": want a whole number of pixels, 1 or more`,
		"crop=1.5":               `datasets: augmentation crop: "1.5": want a whole number of pixels, 1 or more`,
		"flip=1":                 "datasets: augmentation flip: it takes no value: write flip",
		"flip,flip":              "datasets: augmentation flip is there twice",
		"mixup=x":                `datasets: augmentation mixup: "x": want a number above 0`,
		"mixup=NaN":              `datasets: augmentation mixup: "NaN": want a number above 0`,
		"mixup=1e999":            `datasets: augmentation mixup: "1e999": want a number above 0`,
		"rotate=-5":              `datasets: augmentation rotate: "-5": want a number above 0`,
		"flip,rotate=200,crop=1": `datasets: augmentation rotate: "200": want a number of at most 180`,
	} {
		a, err := ParseAugmentation(text)
		assert.EqualError(t, err, want, text)
		assert.Equal(t, Augmentation{}, a)
	}
}

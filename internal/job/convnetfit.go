package job

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
)

// convnetFits refuses images that a convolution or a max-pool has no place in.
func convnetFits(s *Spec, d *datasets.Dataset) error {
	filters := s.Filters
	if len(filters) == 0 {
		filters = s.model().Filters
	}
	h, w, _ := image(d)
	if hold(h, w, len(filters)) {
		return nil
	}
	most := len(filters) - 1
	for most > 0 && !hold(h, w, most) {
		most--
	}
	remedy := "choose "
	if most > 0 {
		remedy += fmt.Sprintf("at most %d ⟨filters⟩, ", most)
	}
	if !s.named() {
		remedy += "a larger ⟨image-size⟩, "
	}
	return Refuse("⟨model⟩ convnet: images of %s are too small for %s of 3×3, with a max-pool after every second and the last: %sor ⟨model⟩ resnet",
		pictureSize(d), plural(len(filters), "convolution"), remedy)
}

// hold reports whether images have room for so many convolutions and their max-pools.
func hold(h, w, convolutions int) bool {
	for i := range convolutions {
		h, w = h-kernel+1, w-kernel+1
		if pooled(i, convolutions) {
			h, w = h/2, w/2
		}
		if min(h, w) < 1 {
			return false
		}
	}
	return true
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

package job

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
)

// checkImages refuses a model of images for other examples, or for too small ones.
func (s *Spec) checkImages(d *datasets.Dataset) error {
	if n := len(d.Shape); s.model().Images && n != 2 && n != 3 {
		return Refuse("⟨model⟩ %s: %s has examples of %d values, not images of rows and columns: choose ⟨model⟩ mlp",
			s.Model, d.Name, d.Features())
	}
	if fits := s.model().Fits; fits != nil && s.loaded == nil {
		return fits(s, d)
	}
	return nil
}

// image is the size of an example: rows, columns and channels.
func image(d *datasets.Dataset) (height, width, channels int) {
	if len(d.Shape) == 2 {
		return d.Shape[0], d.Shape[1], 1
	}
	return d.Shape[0], d.Shape[1], d.Shape[2]
}

// pictureSize writes it, as in 32×32×3.
func pictureSize(d *datasets.Dataset) string {
	h, w, c := image(d)
	if c == 1 {
		return fmt.Sprintf("%d×%d", h, w)
	}
	return fmt.Sprintf("%d×%d×%d", h, w, c)
}

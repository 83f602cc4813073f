package datasets

import (
	"image"
	"math"

	"golang.org/x/image/draw"
)

// cropOf is the largest part around the middle of an image of size from that has the ratio of the sides of size to. Sizes
// are rows and columns.
func cropOf(from, to [2]int) image.Rectangle {
	rows, columns := from[0], from[1]
	switch across, down := int64(columns)*int64(to[0]), int64(rows)*int64(to[1]); {
	case across > down: // too wide
		columns = max(1, int(math.Round(float64(down)/float64(to[0]))))
	case across < down:
		rows = max(1, int(math.Round(float64(across)/float64(to[1]))))
	}
	left, top := (from[1]-columns)/2, (from[0]-rows)/2
	return image.Rect(left, top, left+columns, top+rows)
}

// resized crops an image to the form of size and scales it: by the cubic kernel of Catmull and Rom, which takes the mean
// over all pixels that become one where an image gets smaller. The result has 16 bits, since the scaler rounds down.
func resized(img image.RGBA64Image, size [2]int) image.RGBA64Image {
	b := img.Bounds()
	crop := cropOf([2]int{b.Dy(), b.Dx()}, size).Add(b.Min)
	to := image.Rect(0, 0, size[1], size[0])
	out := image.NewRGBA64(to)
	draw.CatmullRom.Scale(out, to, img, crop, draw.Src, nil)
	return out
}

// scalingMemory is the memory, in bytes, that resized takes: four float64 for each row of the image and each column of
// the result, the weights of the kernel, and the result.
func scalingMemory(from, to [2]int) float64 {
	crop := cropOf(from, to)
	from = [2]int{crop.Dy(), crop.Dx()}
	rows, columns := float64(to[0]), float64(to[1])
	weights := 16 * 5 * (max(float64(from[0]), rows) + max(float64(from[1]), columns))
	return 32*columns*float64(from[0]) + weights + 8*rows*columns
}

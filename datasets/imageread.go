package datasets

import (
	"context"
	"fmt"
	"image"
	"math"
	"sync"

	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/memory"
)

// decoding is the memory, in bytes for a pixel, that reading an image takes at most: a progressive JPEG's coefficients
// beside its pixels.
const decoding = 16

// imagePlan is what is known of a directory's images before their pixels are read.
type imagePlan struct {
	headers []imageHeader
	size    [2]int // of all images: rows and columns
	colours int    // 1 or 3
}

// shape is that of one example.
func (p *imagePlan) shape() []int {
	if p.colours == 1 {
		return []int{p.size[0], p.size[1]}
	}
	return []int{p.size[0], p.size[1], p.colours}
}

// measureImages reads the headers of all images, and compares their sizes with each other and with memory. size is that
// of all images; 0: that which they have.
func measureImages(ctx context.Context, dir string, files []imageFile, size [2]int) (*imagePlan, error) {
	p := &imagePlan{headers: make([]imageHeader, len(files)), size: size, colours: 1}
	err := inParallel(ctx, len(files), func(i int) (err error) {
		p.headers[i], err = readImageHeader(ctx, files[i].path)
		return err
	})
	if err != nil {
		return nil, err
	}
	var largest float64
	for i, h := range p.headers {
		if !h.grey {
			p.colours = 3
		}
		if size == [2]int{} && h.size != p.headers[0].size {
			return nil, &ImageSizeError{Path: [2]string{files[0].path, files[i].path}, Size: [2][2]int{p.headers[0].size, h.size}}
		}
		need := decoding * float64(h.pixels())
		if size != [2]int{} {
			need += scalingMemory(h.size, size)
			if crop := cropOf(h.size, size); int64(size[1])*int64(crop.Dy()) > math.MaxInt32 { // the scaler counts in int32
				return nil, fmt.Errorf("%s: %d×%d pixels are too many to be scaled to %d×%d", files[i].path, h.size[0], h.size[1], size[0], size[1])
			}
		}
		largest = max(largest, need)
	}
	if size == [2]int{} {
		p.size = p.headers[0].size
	}
	values := float64(len(files)) * float64(p.colours) * float64(p.size[0]) * float64(p.size[1])
	need := 4*values + float64(min(cpus.Workers(), len(files)))*largest
	if need > math.MaxInt { // of a system of 32 bits
		return nil, fmt.Errorf("%s: %d images of %d×%d pixels are more than this system can address", dir, len(files), p.size[0], p.size[1])
	}
	if err := memory.Check(ctx, fmt.Sprintf("the %d images in %s", len(files), dir), need); err != nil {
		return nil, err
	}
	return p, nil
}

// pixels reads all images, as rows of one matrix in their order.
func (p *imagePlan) pixels(ctx context.Context, files []imageFile) ([]float32, error) {
	width := product(p.shape())
	x := make([]float32, len(files)*width)
	err := inParallel(ctx, len(files), func(i int) error {
		img, err := decodeImage(ctx, files[i].path, p.headers[i])
		if err != nil {
			return err
		}
		if p.headers[i].size != p.size {
			img = resized(img, p.size)
		}
		p.write(x[i*width:(i+1)*width], img)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// write stores an image of the plan's size as rows × columns × colours, scaled to [0,1]. Colours are multiplied by their
// opacity, which is the same as laying the image over black.
func (p *imagePlan) write(row []float32, img image.RGBA64Image) {
	const white = 0xffff
	b := img.Bounds()
	at := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := img.RGBA64At(x, y)
			row[at] = float32(c.R) / white
			if p.colours == 3 {
				row[at+1], row[at+2] = float32(c.G)/white, float32(c.B)/white
			}
			at += p.colours
		}
	}
}

// notes says what was done to the images.
func (p *imagePlan) notes() (notes []string) {
	grey, scaled, cropped := 0, 0, 0
	for _, h := range p.headers {
		if h.grey && p.colours == 3 {
			grey++
		}
		if h.size != p.size {
			scaled++
			if c := cropOf(h.size, p.size); c.Dy() != h.size[0] || c.Dx() != h.size[1] {
				cropped++
			}
		}
	}
	if grey > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d images are grey: their three colours are the same", grey, len(p.headers)))
	}
	if scaled > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d images were scaled to %d×%d pixels, %d of them after a cut to that form around their middle",
			scaled, len(p.headers), p.size[0], p.size[1], cropped))
	}
	return notes
}

// inParallel calls f for all indices below n, on all workers, until one fails or ctx ends. The error is that of the least
// index that fails: indices are taken in their order, and whatever was taken is finished.
func inParallel(ctx context.Context, n int, f func(i int) error) error {
	var (
		mutex  sync.Mutex
		next   int
		failed = n
		result error
		group  sync.WaitGroup
	)
	take := func() (i int, ok bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if next >= n || failed < n || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(cpus.Workers(), n) {
		group.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				if err := f(i); err != nil {
					mutex.Lock()
					if i < failed {
						failed, result = i, err
					}
					mutex.Unlock()
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return result
}

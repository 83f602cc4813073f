package datasets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
)

// imageKind is a kind of file that is known by its first bytes.
type imageKind struct {
	name   string
	head   string
	config func(io.Reader) (image.Config, error) // nil: images of this kind are not read
	decode func(io.Reader) (image.Image, error)
}

// imageKinds lists them. A program that reads images does not depend on what other packages have registered.
func imageKinds() []imageKind {
	return []imageKind{
		{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
		{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
		{name: "a GIF", head: "GIF8"},
		{name: "a BMP", head: "BM"},
		{name: "a TIFF", head: "II*\x00"},
		{name: "a TIFF", head: "MM\x00*"},
		{name: "a WebP or another RIFF file", head: "RIFF"},
		{name: "a JPEG 2000", head: "\x00\x00\x00\x0cjP"},
	}
}

// imageHeader is what a file says of its image before its pixels.
type imageHeader struct {
	size   [2]int // rows and columns
	grey   bool
	stored int64 // bytes of the file
}

func (h imageHeader) pixels() int64 { return int64(h.size[0]) * int64(h.size[1]) }

// openImage opens an image and tells its kind.
func openImage(ctx context.Context, path string) (f *dataFile, r *bufio.Reader, kind imageKind, err error) {
	if f, err = openFile(ctx, path); err != nil {
		return nil, nil, kind, err
	}
	r = bufio.NewReaderSize(f, 1<<15)
	head, err := r.Peek(8)
	if err == nil || errors.Is(err, io.EOF) {
		if kind, err = kindOfImage(head); err == nil {
			return f, r, kind, nil
		}
	}
	f.Close()
	return nil, nil, kind, fmt.Errorf("%s: %w", path, err)
}

func kindOfImage(head []byte) (imageKind, error) {
	if len(head) == 0 {
		return imageKind{}, errors.New("it is empty")
	}
	for _, kind := range imageKinds() {
		switch {
		case !bytes.HasPrefix(head, []byte(kind.head)):
		case kind.config == nil:
			return kind, fmt.Errorf("it is %s: only PNG and JPEG are read: convert it", kind.name)
		default:
			return kind, nil
		}
	}
	return imageKind{}, fmt.Errorf("it is no image: a PNG begins with 89 50, a JPEG with ff d8, and it with % x: move it out of the directory", head[:min(2, len(head))])
}

// readImageHeader reads the size of an image. It refuses one that would be too large for the bytes of its file.
func readImageHeader(ctx context.Context, path string) (h imageHeader, err error) {
	f, r, kind, err := openImage(ctx, path)
	if err != nil {
		return h, err
	}
	defer f.Close()
	config, err := kind.config(r)
	if err != nil {
		return h, fmt.Errorf("%s: %w", path, ofImage(kind, err))
	}
	if h, err = headerOf(config, f.size); err != nil {
		return h, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

func headerOf(config image.Config, stored int64) (imageHeader, error) {
	h := imageHeader{size: [2]int{config.Height, config.Width}, stored: stored}
	if config.Width < 1 || config.Height < 1 {
		return h, fmt.Errorf("it has %d×%d pixels", config.Height, config.Width)
	}
	switch config.ColorModel {
	case color.GrayModel, color.Gray16Model:
		h.grey = true
	default:
		if palette, ok := config.ColorModel.(color.Palette); ok {
			h.grey = isGrey(palette)
		}
	}
	if content := 3 * h.pixels(); checkInflation(content, stored) != nil {
		return h, fmt.Errorf("%d×%d pixels in %d bytes: no picture repeats itself so often", config.Height, config.Width, stored)
	}
	return h, nil
}

func isGrey(palette color.Palette) bool {
	for _, c := range palette {
		if r, g, b, _ := c.RGBA(); r != g || g != b {
			return false
		}
	}
	return true
}

// decodeImage reads the pixels of an image whose header has been read.
func decodeImage(ctx context.Context, path string, h imageHeader) (image.RGBA64Image, error) {
	f, r, kind, err := openImage(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.size != h.stored {
		return nil, fmt.Errorf("%s has changed while it was read", path)
	}
	decoded, err := kind.decode(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ofImage(kind, err))
	}
	img, ok := decoded.(image.RGBA64Image)
	if b := decoded.Bounds(); !ok || b.Dy() != h.size[0] || b.Dx() != h.size[1] {
		return nil, fmt.Errorf("%s has changed while it was read", path)
	}
	return img, nil
}

// ofImage is an error of an image's decoder.
func ofImage(kind imageKind, err error) error {
	var ofPNG png.UnsupportedError
	var ofJPEG jpeg.UnsupportedError
	switch {
	case interrupted(err):
		return err
	case errors.Is(err, io.EOF), strings.HasSuffix(err.Error(), io.ErrUnexpectedEOF.Error()): // within a text, for a PNG
		return fmt.Errorf("truncated: the %s ends within the image", kind.name)
	case errors.As(err, &ofPNG), errors.As(err, &ofJPEG):
		return fmt.Errorf("a %s of a kind that is not read (%w): convert it", kind.name, err)
	}
	return fmt.Errorf("damaged: %w", err)
}

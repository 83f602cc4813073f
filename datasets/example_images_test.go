package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/datasets"
)

// Two images to a file in the form of CIFAR-100's binary version: red, then green, in 2 classes.
func ExampleReadCIFAR() {
	dir, err := os.MkdirTemp("", "gokfac")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var file []byte
	for label := range 2 {
		record := make([]byte, 2+3*32*32)
		record[1] = byte(label) // the first byte is a coarse label
		for p := range 32 * 32 {
			record[2+label*32*32+p] = 255
		}
		file = append(file, record...)
	}
	for _, name := range []string{"train.bin", "test.bin"} {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			log.Fatal(err)
		}
	}

	d, err := datasets.ReadCIFAR(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Shape, d.Classes, d.Train.Len(), d.Test.Len())
	fmt.Println(d.Train.X[:6], d.Train.X[d.Features():][:6])
	// Output:
	// [32 32 3] 2 2 2
	// [1 0 0 1 0 0] [0 1 0 0 1 0]
}

// pets writes five images of each of two classes, of different sizes, and returns their directory.
func pets() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "gokfac")
	if err != nil {
		log.Fatal(err)
	}
	for class, name := range []string{"cat", "dog"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			log.Fatal(err)
		}
		for i := range 5 {
			img := image.NewRGBA(image.Rect(0, 0, 40+10*i, 30))
			draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{R: uint8(255 * class), B: 255, A: 255}), image.Point{}, draw.Src)
			f, err := os.Create(filepath.Join(dir, name, fmt.Sprintf("%d.png", i)))
			if err != nil {
				log.Fatal(err)
			}
			if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
				log.Fatal(err)
			}
		}
	}
	return dir, func() { os.RemoveAll(dir) }
}

// A directory of images, in which a directory has those of each class, made all of one size.
func ExampleReadOptions_ReadImages() {
	dir, remove := pets()
	defer remove()
	d, err := datasets.ReadOptions{ImageSize: [2]int{24, 32}}.ReadImages(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Shape, d.ClassNames, d.Train.Len(), d.Test.Len())
	fmt.Println(d.Train.X[:3], d.ClassNames[d.Train.Labels[0]])
	fmt.Println(d.Notes()[0])
	// Output:
	// [24 32 3] [cat dog] 8 2
	// [1 0 1] dog
	// 10 of 10 images were scaled to 24×32 pixels, 8 of them after a cut to that form around their middle
}

// Without a size, all images must have one.
func ExampleReadImages() {
	dir, remove := pets()
	defer remove()
	_, err := datasets.ReadImages(dir)
	var sizes *datasets.ImageSizeError
	fmt.Println(errors.As(err, &sizes))
	fmt.Println(filepath.Base(sizes.Path[0]), sizes.Size[0], filepath.Base(sizes.Path[1]), sizes.Size[1])
	// Output:
	// true
	// 0.png [30 40] 1.png [30 50]
}

func ExampleImageSizeError() {
	err := &datasets.ImageSizeError{Path: [2]string{"cat/1.png", "dog/7.jpg"}, Size: [2][2]int{{32, 32}, {30, 40}}}
	fmt.Println(err)
	// Output: cat/1.png has 32×32 pixels (rows × columns) and dog/7.jpg 30×40: all images must be of one size: scale them, or have them scaled by ReadOptions.ImageSize
}

// Images for a model that takes 24×32 pixels in colour, whose raw examples have values up to 255.
func ExampleOpenImages() {
	dir, remove := pets()
	defer remove()
	images, err := datasets.OpenImages(context.Background(), filepath.Join(dir, "dog"), []int{24, 32, 3}, 255, true)
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		row, err := images.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(images.Name(), len(row), row[:3])
	}
	// Output:
	// 0.png 2304 [255 0 255]
	// 1.png 2304 [255 0 255]
}

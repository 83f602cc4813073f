package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/internal/strictjson"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// LoadConfig says what [Load] has to know beside the file. The zero value is for a file that says all.
type LoadConfig struct {
	// Loss takes the place of the one that the file's last operator speaks for: softmax cross-entropy for a Softmax or a
	// LogSoftmax, sigmoid cross-entropy for a Sigmoid, else the squared error, with which a model predicts what the file
	// computes. A file whose outputs are the logits of classes, as PyTorch's usually are, wants losses.SoftmaxCrossEntropy{}.
	Loss losses.Loss
	// Input is the shape of one example where the file leaves sizes open: height, width, channels of images. nil: the file's.
	Input []int
	// Output is the name of the value to predict, which may lie within the graph; "": the graph's only output of numbers.
	Output string
	// Change is given the model's configuration to change it, as that of trainer.LoadConfig. nil: it stays as it is.
	Change func(*trainer.ModelConfig)
}

// Imported is a network that an ONNX file describes: a model with the file's weights, which predicts what the file computes and
// can be trained.
type Imported struct {
	Model *trainer.Model
	// Preparation is the scaling of inputs that the graph begins with, and names, if the file is of this package's Save.
	Preparation trainer.Preparation
	// Report says what became of the file's nodes.
	Report Report
}

// The greatest sizes that a file may ask for. They are those of trainer.Load.
const (
	mostInput  = 1 << 24 // elements of an example
	mostValues = 1 << 26 // of the outputs of all layers for an example, with the windows of convolutions
	mostLayers = 10_000
	mostNested = 90
	mostFile   = 2 << 30 // bytes; protobuf has no longer messages
)

// Load makes a model of an ONNX file, as other programs write them: PyTorch's torch.onnx, tf2onnx, skl2onnx, and [Save].
// The package's documentation has the operators. path is the file.
//
// The weights become parameters of layers of package layers, so that the model is trained as any other, by K-FAC too: each
// affine map has its tap. Its predictions are those of other runtimes up to rounding, with the output's last Softmax,
// LogSoftmax or Sigmoid as a part of the loss: it predicts probabilities where the file's output is their logarithm, and
// where LoadConfig.Loss names a cross-entropy for a file that ends with logits.
//
// Images are channels×height×width in ONNX, and height×width×channels in the model: an input N×C×H×W in the file is H×W×C
// for the model, and weights are put in this order, also those behind a Flatten. An input that the file's first operator
// transposes to channels first is H×W×C already, as TensorFlow's is. An input N×C×L becomes L×C where a convolution, a
// pooling or a normalisation over channels is the first to take it. Other inputs stay as they are. An output of images is in
// the order of its height, width and channels.
//
// A difference and a quotient of constants that the input goes through first are its scaling (Preparation.Inputs): the model
// is given scaled examples, as by a trainer.Predictor, which takes raw ones.
//
// The file may be anything. What the package does not know is refused by an error of one line that names the node, its
// operator and what to do. Memory is bounded by a small multiple of the file's size and some 10⁸ numbers.
func Load(path string, cfg LoadConfig) (*Imported, error) {
	data, err := readFile(path)
	if err == nil {
		var im *Imported
		if im, err = load(data, cfg); err == nil {
			return im, nil
		}
	}
	return nil, fmt.Errorf("onnx: loading %s: %w", path, strictjson.OneLine(err))
}

// Import is [Load] of a reader, which it reads to the end.
func Import(r io.Reader, cfg LoadConfig) (*Imported, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostFile+1))
	if err == nil && int64(len(data)) > mostFile {
		err = errTooLong
	}
	if err == nil {
		var im *Imported
		if im, err = load(data, cfg); err == nil {
			return im, nil
		}
	}
	return nil, fmt.Errorf("onnx: %w", strictjson.OneLine(err))
}

var errTooLong = fmt.Errorf("more than %d bytes, which protobuf does not allow", int64(mostFile))

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, reason(err)
	case info.IsDir():
		return nil, errors.New("it is a directory: name the .onnx file in it")
	case !info.Mode().IsRegular(): // a pipe would be waited for
		return nil, errors.New("it is no regular file")
	case info.Size() > mostFile:
		return nil, errTooLong
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, reason(err)
	}
	return data, nil
}

// reason is what a system's error says, without the path that the caller names.
func reason(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

func load(data []byte, cfg LoadConfig) (*Imported, error) {
	file, err := onnxproto.Decode(data)
	if err != nil {
		return nil, err
	}
	im, err := newImporter(file, cfg, len(data))
	if err != nil {
		return nil, err
	}
	if err := im.walk(); err != nil {
		return nil, err
	}
	return im.finish()
}

// finish makes the model.
func (im *importer) finish() (*Imported, error) {
	loss, err := im.chooseLoss()
	if err != nil {
		return nil, err
	}
	net, err := im.network()
	if err != nil {
		return nil, err
	}
	shape := im.input.out.shape(im.sizes)
	model := trainer.ModelConfig{Input: shape, DType: graph.Float32}
	if im.double {
		model.DType = graph.Float64
	}
	if im.cfg.Change != nil {
		im.cfg.Change(&model)
		if fmt.Sprint(model.Input) != fmt.Sprint(shape) {
			return nil, fmt.Errorf("LoadConfig.Change made the input %v of %v: it must stay", model.Input, shape)
		}
	}
	m, err := trainer.NewModel(net, loss, model)
	if err != nil {
		return nil, err
	}
	if err := im.fill(); err != nil {
		return nil, err
	}
	prepared, err := im.preparation()
	if err != nil {
		return nil, err
	}
	if _, err := trainer.NewPredictor(m, prepared); err != nil {
		return nil, err
	}
	return &Imported{Model: m, Preparation: prepared, Report: im.report(m)}, nil
}

// chooseLoss is the loss that the caller names, or that the graph's end speaks for. A Sigmoid stays a layer under a loss of
// values.
func (im *importer) chooseLoss() (losses.Loss, error) {
	loss := im.cfg.Loss
	_, squared := loss.(losses.SquaredError)
	_, gaussian := loss.(losses.DiagonalGaussian)
	switch {
	case im.ending == nil && loss == nil:
		return losses.SquaredError{}, nil
	case im.ending == nil:
		return loss, nil
	case im.ending.op == "Sigmoid" && (squared || gaussian):
		im.last.layers = append(im.last.layers, layers.Sigmoid())
		im.became(im.ending, "Sigmoid")
		return loss, nil
	case im.ending.op == "Sigmoid" && loss == nil:
		loss = losses.SigmoidCrossEntropy{}
	case squared || gaussian:
		return nil, im.ending.errorf("the loss %v is of values, and the network's outputs are probabilities of classes: take a cross-entropy, or another output", loss)
	case loss == nil:
		loss = losses.SoftmaxCrossEntropy{}
	}
	im.became(im.ending, "a part of the loss, "+fmt.Sprint(loss))
	return loss, nil
}

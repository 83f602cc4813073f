package datasets

import (
	"context"
	"net/http"
)

// Options says where published data sets are kept and how they get there. The zero value reads the user's cache directory
// and downloads nothing.
type Options struct {
	// Dir holds the data. A directory with the four idx files in it is used as it is, otherwise Dir/<name>, unless some
	// of the four are in Dir and none there. CIFAR10 says where it looks. Empty: the directory gokfac in the user's cache directory.
	Dir string

	// Download fetches files that are missing. Off: a missing file is an error.
	Download bool

	// Progress, if not nil, is called as bytes of a file arrive, by the goroutine that asked for the data set; total is -1
	// if the server does not tell.
	Progress func(file string, done, total int64)

	// Client does the requests. Nil: one that gives up within seconds on a host that does not answer.
	Client *http.Client

	// Read says what is what in a file of one's own. Published and built-in data sets are as they are.
	Read ReadOptions

	// Mirrors are base URLs tried in turn in place of the published ones.
	Mirrors []string
}

// MNIST is LeCun, Cortes and Burges's handwritten digits: 60000 training and 10000 test images of 28×28 in 10 classes.
// The SHA-256 of the content of every file is verified, wherever it came from. It fails if a file is missing and cannot be
// downloaded, or is damaged, or is not MNIST's.
func MNIST(ctx context.Context, opt Options) (*Dataset, error) {
	d, _, err := mnistSource().load(ctx, opt)
	return d, err
}

// FashionMNIST is Zalando's drop-in replacement of MNIST (Xiao, Rasul and Vollgraf 2017): clothes, same sizes. Its
// authors publish MD5 digests of the compressed files only; a file that has been unpacked is held to its sizes and to 10
// classes, and not to be MNIST's, which has the same names. Otherwise like MNIST.
func FashionMNIST(ctx context.Context, opt Options) (*Dataset, error) {
	d, _, err := fashionSource().load(ctx, opt)
	return d, err
}

func mnistSource() source {
	return source{
		name:    "mnist",
		classes: numerically(numerals),
		mirrors: []string{
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
		},
		sums: idxFiles[*checksum]{
			trainImages: &checksum{sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
			trainLabels: &checksum{sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
			testImages:  &checksum{sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
			testLabels:  &checksum{sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
		},
	}
}

func fashionSource() source {
	mnist := mnistSource().sums
	return source{
		name:    "fashion-mnist",
		classes: []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
		mirrors: []string{
			// The encrypted one first: MD5 guards against accidents only.
			"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
			"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		},
		sums: idxFiles[*checksum]{
			trainImages: &checksum{md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d", mnist: mnist.trainImages.sha256},
			trainLabels: &checksum{md5: "25c81989df183df01b3e8a0aad5dffbe", mnist: mnist.trainLabels.sha256},
			testImages:  &checksum{md5: "bef4ecab320f06d8554ea6380940ec79", mnist: mnist.testImages.sha256},
			testLabels:  &checksum{md5: "bb300cfdad3c16e7a12a480ee83cd310", mnist: mnist.testLabels.sha256},
		},
	}
}

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/kfac"
)

// TestBadInput: one line on stderr that names the thing, nothing on stdout,
// and the right exit status.
func TestBadInput(t *testing.T) {
	data, dir := blobs(t), t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	text := filepath.Join(dir, "text.csv")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("1,2,3\n", 9)+"1,two,3\n"), 0o600))
	truncated, paints := t.TempDir(), paints(t) // of 6×8
	for name, dimensions := range map[string]byte{
		"train-images-idx3-ubyte": 3, "train-labels-idx1-ubyte": 1, "t10k-images-idx3-ubyte": 3, "t10k-labels-idx1-ubyte": 1,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(truncated, name), []byte{0, 0, 8, dimensions, 0}, 0o600))
	}

	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"-opt adm", 2, `"adm" for flag -opt: want kfac, adam, sgd, muon, shampoo or soap (did you mean adam?)`},
		{"-opt", 2, "flag -opt needs a value"},
		{"-model transformer", 2, "want mlp, autoencoder, regression, convnet, resnet or rnn"},
		{"-model convnet -dataset DATA", 2, "-model convnet: blobs has examples of 4 values, not images of rows and columns: choose -model mlp"},
		{"-model resnet -dataset DATA", 2, "-model resnet: blobs has examples of 4 values, not images"},
		{"-model convnet -filters 4,8,8,8 -dataset PAINTS", 2, "-model convnet: images of 6×8×3 are too small for 4 convolutions of 3×3, with a max-pool after every second and the last: " +
			"choose at most 2 -filters, a larger -image-size, or -model resnet"},
		{"-model convnet -dataset PAINTS -image-size 2x9", 2, "images of 2×9×3 are too small for 2 convolutions of 3×3, with a max-pool after every second and the last: choose a larger -image-size, or"},
		{"-model convnet -dataset PAINTS -image-size 3x3 -filters 4", 2, "images of 3×3×3 are too small for 1 convolution of 3×3"},
		{"-model convnet -dataset digits -filters 4,4,4,4,4,4,4", 2, "images of 28×28 are too small for 7 convolutions of 3×3, with a max-pool after every second and the last: choose at most 5 -filters, or -model resnet"},
		{"-filters 4", 2, "-filters does not apply to -model mlp"},
		{"-model resnet -hidden 4", 2, "-hidden does not apply to -model resnet"},
		{"-model rnn -act relu", 2, "-act does not apply to -model rnn"},
		{"-model convnet -filters 4,x", 2, `"x" is not a number of filters: want whole numbers from 1 to 1048576 separated by commas, as in 32,64`},
		{"-model convnet -filters 1000000,1000000", 1, "choose smaller -filters, -hidden or -batch-size"},
		{"-model resnet -filters 1000000", 1, "choose smaller -filters or -batch-size"},
		{"-act selu", 2, "want relu, tanh, sigmoid, leaky-relu, elu, gelu, silu or softplus"},
		{"-init zero", 2, "want he, glorot, lecun, torch, sparse or orthogonal"},
		{"-schedule line", 2, "(did you mean linear?)"},
		{"-dtype float16", 2, "want float32 or float64"},
		{"-kfac-fisher true", 2, "want mc, ggn, exact or empirical"},
		{"-kfac-sharing both", 2, "want expand or reduce"},
		{"-kfac-mode fix", 2, "want adaptive or fixed (did you mean fixed?)"},
		{"-kfac-structure tridiagonal", 2, "want low-rank, block-diagonal, block-tridiagonal, ekfac, diagonal or full"},
		{"-kfac-structure ekfca", 2, "(did you mean ekfac?)"},
		{"-augment flop", 2, `"flop" for flag -augment: want none, or a list of crop=PIXELS, shift=PIXELS, flip, vflip, rotate=DEGREES, erase=PIXELS, ` +
			`brightness=PART, contrast=PART, mixup=ALPHA, cutmix=ALPHA: "flop" is none (did you mean flip?)`},
		{"-augment flip,flip", 2, `"flip,flip" for flag -augment: flip is there twice`},
		{"-augment crop", 2, "crop: write crop=PIXELS"},
		{"-augment vflip=1", 2, "vflip: it takes no value"},
		{"-augment mixup=-1", 2, `mixup: "-1": want a number above 0`},
		{"-augment contrast=2", 2, `contrast: "2": want a number of at most 1`},
		{"-dataset DATA -augment flip", 2, "-augment is of images: -dataset"},
		{"-progress fancy", 2, "want auto, bar, plain or none"},
		{"-dataset minst", 2, `unknown data set "minst": want auto, mnist, fashion-mnist, cifar10, cifar100, digits, shapes, ill-conditioned, or a path of one's own data (did you mean mnist?)`},

		{"-optimizer adam", 2, "unknown flag -optimizer (did you mean -opt?)"},
		{"-resume no-such-run", 1, "-resume no-such-run: no run is kept there: it has no config.json"},
		{"-resume= ", 2, "need a name"},
		{"-resume x -lr 1", 2, "-lr: a run that is resumed keeps its settings, but for -epochs, -max-steps, -target, -patience, -data-dir or -download; -config x/config.json -lr … begins another"},
		{"-resume x -out y", 2, "leave -out out"},
		{"-resume x -config y", 2, "leave -config out"},
		{"-out none -keep 3", 2, "keep nothing"},
		{"-dry-run -checkpoint-every 3", 2, "keep nothing"},
		{"-config no-such-file", 1, "-config: open no-such-file"},
		{"-keep -1", 2, "must not be negative"},
		{"-kfac-gamma 1", 2, "unknown flag -kfac-gamma (did you mean -kfac-"},
		{"---opt", 2, "bad flag syntax"},
		{"data.csv", 2, `unexpected argument "data.csv"`},
		{"-json true", 2, "-json=false"},
		{"-json=perhaps", 2, "want true or false"},

		{"-lr -0.1", 2, "must not be negative"},
		{"-lr NaN", 2, "want a finite number"},
		{"-l2 Inf", 2, "want a finite number"},
		{"-clip-grad 1e999", 2, "want a finite number"},
		{"-lr fast", 2, `"fast" for flag -lr: want a finite number`},
		{"-momentum 1", 2, "must be below 1"},
		{"-dropout 1", 2, "must be below 1"},
		{"-kfac-factor-decay 1", 2, "must be below 1"},
		{"-epochs -1", 2, "must not be negative"},
		{"-epochs 2.5", 2, "want a whole number"},
		{"-max-steps 99999999999999999999", 2, "must be between 0 and 1000000000"},
		{"-batch-size -1", 2, "must not be negative"},
		{"-kfac-damping-update-steps -2", 2, "must be between -1 and"},
		{"-kfac-gamma-update-steps -2", 2, "must be between -1 and"},
		{"-kfac-gamma-update-steps 0.5", 2, "want a whole number"},
		{"-kfac-polyak 1", 2, "must be below 1"},
		{"-kfac-polyak -0.5", 2, "must not be negative"},
		{"-kfac-factor-fraction 1.5", 2, "must be at most 1"},
		{"-kfac-product-fraction 2", 2, "must be at most 1"},
		{"-kfac-product-fraction -1", 2, "must not be negative"},
		{"-kfac-damping none", 2, "want a finite number, or found"},
		{"-momentum off", 2, "want a finite number, or none"},
		{"-seed -1", 2, "want a whole number from 0"},
		{"-workers 100000", 2, "must be between 0 and 1024"},
		{"-hidden 0", 2, `"0" is not a layer size`},
		{"-hidden 512,-1", 2, `"-1" is not a layer size`},
		{"-hidden 512,,1", 2, `"" is not a layer size`},
		{"-hidden " + strings.Repeat("2,", 64) + "2", 2, "65 layers"},

		{"-target 0.98", 2, "want METRIC=VALUE"},
		{"-target test_accuracy=x", 2, "want METRIC=VALUE"},
		{"-target accuracy=0.98", 2, "want test_loss or test_accuracy"},
		{"-target test_accuracy=98", 2, "an accuracy is between 0 and 1"},
		{"-target test_loss=-1", 2, "must not be negative"},
		{"-model autoencoder -target test_accuracy=0.9", 2, "want train_subset_loss, reconstruction_error, test_loss or test_reconstruction_error"},
		{"-opt adam -momentum 0.5", 2, "-momentum does not apply to -opt adam"},
		{"-opt sgd -kfac-damping 1", 2, "-kfac-damping does not apply to -opt sgd"},
		{"-opt adam -kfac-mode fixed", 2, "-kfac-mode does not apply to -opt adam"},
		{"-opt adam -kfac-structure full", 2, "-kfac-structure does not apply to -opt adam"},
		{"-opt sgd -kfac-polyak 0.9", 2, "-kfac-polyak does not apply to -opt sgd"},
		{"-kfac-mode adaptive -momentum 0.9", 2, "-momentum does not apply to -kfac-mode adaptive: leave it out, or choose -kfac-mode fixed"},
		{"-kfac-mode adaptive -clip-grad 1", 2, "-clip-grad does not apply to -kfac-mode adaptive: leave it out"},
		{"-kfac-mode adaptive -kfac-kl-clip 1", 2, "-kfac-kl-clip does not apply to -kfac-mode adaptive: leave it out"},
		{"-kfac-mode adaptive -momentum 0.9 -clip-grad 1", 2, "train: -clip-grad does not"},
		{"-kfac-mode fixed -kfac-gamma-update-steps 9", 2, "-kfac-gamma-update-steps does not apply to -kfac-mode fixed: leave it out, or choose -kfac-mode adaptive"},
		{"-kfac-mode fixed -kfac-damping found", 2, "-kfac-damping found does not apply to -kfac-mode fixed"},
		{"-model autoencoder -dropout 0.1", 2, "-dropout does not apply to -model autoencoder"},
		{"-model regression -dropout 0.1", 2, "-dropout does not apply to -model regression"},
		{"-model regresion", 2, "(did you mean regression?)"},
		{"-model regression -target test_accuracy=0.9", 2, `unknown metric "test_accuracy" for -model regression: want test_loss`},
		{"-model regression -target train_loss=1", 2, "-model regression: want test_loss;"},
		{"-dataset ill-condition", 2, "(did you mean ill-conditioned?)"},
		{"-dataset ill-conditioned", 2, "train: -model mlp: ill-conditioned has values as targets, which it does not learn: choose -model regression, or another -dataset"},
		{"-model autoencoder -dataset ill-conditioned", 2, "train: -model autoencoder: ill-conditioned has values as targets"},
		{"-model regression -dataset digits", 2, "train: -model regression: digits has classes, not values: choose -model mlp, or -dataset ill-conditioned"},
		{"-model regression -dataset mnist -download=false -data-dir DIR", 2, "mnist has classes, not values"},
		{"-model regression -dataset DATA", 2, "blobs has classes, not values, in its first column: say which to predict by -target-columns, or choose -model mlp"},
		{"-model regression -dataset DIR/absent.csv", 1, "no such file or directory"},
		{"-model regression -batch-size 20001", 2, "larger than the 20000 training examples"},
		{"-model regression -hidden 1000000,1000000", 1, "choose smaller -hidden or -batch-size"},

		{"-dataset DATA -batch-size 161", 2, "-batch-size 161: larger than the 160 training examples"},
		{"-dataset DATA -epochs 1 -warmup-steps 5", 2, "the whole run has 2 steps"},
		{"-dataset DATA -kfac-damping 1 -kfac-min-damping 2", 2, "train: minimal damping 2 is more than the damping at the start"},
		{"-dataset DATA -kfac-mode adaptive -kfac-damping 1 -kfac-min-damping 2", 2, "train: minimal damping 2 is more than the damping at the start"},
		{"-lr 2", 2, "train: -lr 2: in -kfac-mode adaptive a factor on the step found"},
		{"-kfac-mode adaptive -lr 2.5", 2, "want less than 2, or choose -kfac-mode fixed"},
		{"-dataset DATA -kfac-mode adaptive -kfac-min-damping 2000", 2, "train: maximal damping 1000 is less"},
		{"-dataset DATA -hidden 1000000,1000000", 1, "choose smaller -hidden or -batch-size, -kfac-structure diagonal, or another -opt"},
		{"-dataset DATA -hidden 1000000,1000000 -kfac-structure diagonal", 1, "choose smaller -hidden or -batch-size, or another -opt\n"},
		{"-dataset DATA -hidden 1000000,1000000 -opt sgd", 1, "choose smaller -hidden or -batch-size\n"},
		{"-dataset DATA -hidden 5000,5000 -kfac-structure full", 1, "or another -kfac-structure: full keeps the square of the number of parameters"},

		{"-dataset DIR/absent.csv", 1, "no such file or directory"},
		{"-dataset DIR/file", 1, "neither a directory"},
		{"-dataset DIR/text.csv", 1, "line 10, column 2"},
		{"-dataset DIR", 1, "train-images-idx3-ubyte"},
		{"-dataset TRUNCATED", 1, "idx1-ubyte: truncated"},
		{"-dataset mnist -download=false -data-dir DIR", 1, "train-images-idx3-ubyte"},
		{"-dataset mnist -data-dir TRUNCATED", 1, "idx1-ubyte: truncated"},
		{"-dataset auto -data-dir TRUNCATED", 1, "idx1-ubyte: truncated"},
		{"-data-dir DIR/absent", 1, "no such directory"},
		{"-data-dir DIR/file", 1, "not a directory"},
		{"-cpuprofile DIR/absent/cpu", 1, "-cpuprofile: open"},
		{"-memprofile DIR/absent/mem", 1, "-memprofile: open"},
	} {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Fields(strings.NewReplacer("DATA", data, "PAINTS", paints, "TRUNCATED", truncated, "DIR", dir).Replace(c.args))
			o := executeKept(args...)
			assert.Equal(t, c.status, o.status)
			assert.Contains(t, o.stderr, c.want)
			assert.True(t, strings.HasPrefix(o.stderr, "train: "), o.stderr)
			assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
			assert.Equal(t, c.status == exitUsage, strings.HasSuffix(o.stderr, "; run with -h for the flags\n"), o.stderr)
			assert.Empty(t, o.stdout)
		})
	}
}

func TestHelpListVersion(t *testing.T) {
	help := execute("-h")
	assert.Zero(t, help.status)
	assert.Empty(t, help.stderr)
	for _, name := range newFlagTable(&command{}).names() {
		assert.Contains(t, help.stdout, "\n  -"+name, "undocumented")
	}
	for line := range strings.Lines(help.stdout) {
		assert.LessOrEqual(t, len([]rune(line)), 101, line)
		assert.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
	}

	list := execute("-list")
	assert.Zero(t, list.status)
	for _, entries := range [][]job.Entry{job.Entries(job.Optimizers()), job.Entries(job.Models()), job.Datasets(), job.Entries(job.Activations()), job.Entries(job.Initializers()), job.Entries(job.Schedules()), job.Entries(job.Modes()), job.Entries(job.Structures()), job.Entries(job.Estimators()), job.Entries(job.Sharings())} {
		for _, e := range entries {
			assert.Contains(t, list.stdout, "\n  "+e.Name+" ")
		}
	}
	for line := range strings.Lines(list.stdout) {
		assert.LessOrEqual(t, len([]rune(line)), 101, line)
		assert.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
	}

	version := execute("-version")
	assert.Zero(t, version.status)
	assert.Regexp(t, `^gokfac \S+, go1\.\S+ \w+/\w+, (avx512|avx2|generic) kernels\n$`, version.stdout)
}

// TestDefaultsListed: the tables cover every optimizer, mode and model.
func TestDefaultsListed(t *testing.T) {
	list := execute("-list").stdout
	for _, m := range job.Models() {
		for _, variant := range []string{"kfac adaptive", "kfac fixed", "adam", "sgd", "muon", "shampoo", "soap"} {
			assert.Contains(t, list, "\n  "+m.Name+" "+variant+" ")
		}
	}
	flags := newFlagTable(&command{}).names()
	_, table, ok := strings.Cut(list, "\nDefaults of K-FAC ")
	require.True(t, ok)
	for _, name := range flags {
		if strings.HasPrefix(name, "kfac-") && name != "kfac-mode" {
			columns := 0
			for _, row := range regexp.MustCompile(`(?m)^  `+name+` .*$`).FindAllString(table, -1) {
				columns += len(strings.Fields(row)) - 1
			}
			assert.Equal(t, len(job.Models())*len(kfac.Modes()), columns, name)
		}
	}
}

// TestDefaultsPage: docs/defaults.md has what -list prints.
func TestDefaultsPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(source, "..", "..", "docs", "defaults.md"))
	require.NoError(t, err)
	_, block, _ := strings.Cut(string(page), "```\n")
	block, _, _ = strings.Cut(block, "```")
	_, list, _ := strings.Cut(execute("-list").stdout, "\nDefaults\n")
	assert.Equal(t, "Defaults\n"+list, block, `docs/defaults.md is of other defaults: put the output of "go run ./cmd/train -list" from "Defaults" on into its block`)
}

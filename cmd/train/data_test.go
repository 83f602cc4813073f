package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// file writes one of the test's own.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// planes writes a CSV of two targets that are linear in two features.
func planes(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	var text strings.Builder
	text.WriteString("length,price,width,weight\n")
	for range 200 {
		a, b := r.NormFloat64(), r.NormFloat64()
		fmt.Fprintf(&text, "%.4f,%.2f,%.4f,%.5f\n", a, 1e5+3e4*a-1e4*b, b, 0.01*a+0.02*b)
	}
	return file(t, "planes.csv", text.String())
}

// flowers writes a CSV of three classes in words, sorted from the last to the
// first, between two features.
func flowers(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 8))
	var text strings.Builder
	text.WriteString("length,\"species\",width\r\n")
	for class, name := range []string{"virginica", "versicolor", "setosa"} {
		for range 50 {
			fmt.Fprintf(&text, "%.3f,\"%s\",%.3f\r\n", float64(3*class)+r.NormFloat64()/2, name, r.NormFloat64())
		}
	}
	return file(t, "flowers.csv", text.String())
}

// TestDataFlags: what does not go together is told before anything is read, and
// what is not in the table afterwards.
func TestDataFlags(t *testing.T) {
	blob, plane, flower := blobs(t), planes(t), flowers(t)
	constant := file(t, "constant.csv", "a,y\n"+strings.Repeat("1,5.5\n2,5.5\n", 9))
	ones := file(t, "ones.csv", strings.Repeat("1,5.5\n1,7\n", 9))
	missing := file(t, "missing.csv", "height,label\n1,0\n2,1\n,1\n1,0\n3,1\n")
	alike := file(t, "alike.csv", strings.Repeat("1,5,7\n0,5,7\n", 9))
	archive := file(t, "own.npz", "")
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"-label-column 1", 2, "-label-column is of a .csv of one's own: -dataset auto has its targets already"},
		{"-label-column 1 -dataset digits", 2, "-dataset digits has its targets already"},
		{"-label-column 1 -dataset ARCHIVE", 2, "-label-column is of a .csv: -dataset ARCHIVE has no columns"},
		{"-label-column 1 -dataset DIR", 2, "-label-column is of a .csv"},
		{"-model regression -target-columns 1", 2, "-target-columns is of a .csv of one's own"},
		{"-model regression -label-column 1 -dataset PLANES", 2, "-label-column does not apply to -model regression: it has -target-columns"},
		{"-target-columns 1 -dataset PLANES", 2, "-target-columns does not apply to -model mlp: values to predict are for -model regression"},
		{"-model autoencoder -target-columns 1 -dataset PLANES", 2, "-target-columns does not apply to -model autoencoder"},
		{"-model regression -target-columns price,,weight -dataset PLANES", 2, "want names or numbers of columns separated by commas"},
		{"-model regression -target-columns cost -dataset PLANES", 2, `PLANES: -target-columns "cost": no column is called so; there are length, price, width, weight`},
		{"-model regression -target-columns 2,price -dataset PLANES", 2, `-target-columns "price": it is there twice`},
		{"-model regression -target-columns 1,2,3,4 -dataset PLANES", 2, "there are no features"},
		{"-model regression -target-columns species -dataset FLOWERS", 1, `line 2, column 2, "species": "virginica" is not a number: targets and features are numbers`},
		{"-model regression -dataset CONSTANT", 1, `the training examples all have the same "y", 5.5: there is nothing to predict`},
		{"-dataset ALIKE", 1, "alike: the training examples have the same features, all of them: there is nothing to learn from"},
		{"-dataset PLANES", 2, "PLANES: -label-column: neither the first column nor the last can be the label"},
		{"-dataset PLANES -label-column price", 1, ": classes are whole numbers, and values are for a regression: for values choose -model regression"},
		{"-dataset FLOWERS -label-column 4", 2, `-label-column "4": the table has columns 1 to 3`},
		{"-dataset FLOWERS -label-column width", 1, `line 2, column 2, "species": "virginica" is not a number: a column of text can only be the label, named by -label-column`},
		{"-dataset BLOBS -label-column label", 2, "the table has no header with names: say which by a number from 1 to 5"},
		{"-dataset ONES", 1, "ONES has labels of one class only: a classifier needs two; the label is column 1"},
		{"-dataset MISSING", 1, `line 4, column 1, "height": the field is empty: fill in its value, or leave the row out`},

		{"-validation 0", 2, "-validation 0: want a part of the training data"},
		{"-validation 1", 2, "must be below 1"},
		{"-validation 10%", 2, "want a number: 10% is 0.1"},
		{"-dataset WORDS", 1, "a text file needs commas between its fields and .csv at the end of its name"},
		{"-validation -0.1", 2, "must not be negative"},
		{"-dataset BLOBS -validation 0.001", 2, "-validation 0.001: blobs: a validation part of 0.001 of 160 training examples is 0 of them"},
		{"-dataset BLOBS -validation 0.5 -batch-size 81", 2, "-batch-size 81: larger than the 80 training examples"},
		{"-patience 3", 2, "-patience needs a -validation part"},
		{"-patience 0 -validation 0.1", 2, "must be between 1 and"},
		{"-validation 0.1 -target test_accuracy=0.9", 2, "with -validation, a run is stopped by what is held back: name validation_loss or validation_accuracy"},
		{"-model autoencoder -validation 0.1 -target reconstruction_error=9", 2, "name validation_loss or validation_reconstruction_error"},
		{"-target validation_loss=1", 2, "there is no validation part: give -validation 0.1, or name test_loss or test_accuracy"},
		{"-validation 0.1 -target validation_los=1", 2, "(did you mean validation_loss?)"},
		{"-compare adam:validation=0.2", 2, "-validation is the same for all"},
		{"-compare adam:label-column=2", 2, "-label-column is the same for all"},
	} {
		t.Run(c.args, func(t *testing.T) {
			names := strings.NewReplacer("BLOBS", blob, "PLANES", plane, "FLOWERS", flower, "CONSTANT", constant, "ONES", ones, "MISSING", missing, "ALIKE", alike,
				"ARCHIVE", archive, "WORDS", file(t, "words.txt", "a b\n"), "DIR", filepath.Dir(archive))
			o := execute(append(strings.Fields(names.Replace(c.args)), "-download=false")...)
			assert.Equal(t, c.status, o.status)
			assert.Contains(t, o.stderr, names.Replace(c.want))
			assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
			assert.Empty(t, o.stdout)
		})
	}
}

// TestWords: classes in words, sorted, in the middle of the table.
func TestWords(t *testing.T) {
	o := execute("-dataset", flowers(t), "-hidden", "16", "-epochs", "30", "-json", "-target", "test_accuracy=0.9")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "120 training and 30 test examples in 3 classes: setosa, versicolor, virginica); the label is column 2 (species)\n")
}

// TestOwnRegression: targets of any size are learned by every optimizer.
func TestOwnRegression(t *testing.T) {
	data := planes(t)
	for _, args := range []string{"-opt kfac", "-opt kfac -kfac-mode fixed", "-opt adam -batch-size 16", "-opt sgd -batch-size 16 -lr 0.02 -dtype float64"} {
		o := execute(append(strings.Fields(args), "-model", "regression", "-dataset", data, "-target-columns", "price,weight", "-epochs", "30", "-json",
			"-target", "test_loss=0.05")...)
		assert.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stderr, "160 training and 40 test examples with targets of 2); the targets are columns 2 (price), 4 (weight)\n")
		assert.Contains(t, o.stderr, "160 training and 40 test examples of 2 with targets of 2, both standardised\n")
	}
}

// TestOwnUnits: what the targets' units are is in the result.
func TestOwnUnits(t *testing.T) {
	data := planes(t)
	args := []string{"-model", "regression", "-dataset", data, "-epochs", "30", "-target-columns"}
	o := execute(append(args, "price,weight", "-json")...)
	require.Zero(t, o.status, o.stderr)
	var result struct {
		Targets []struct {
			Name            string
			Mean, Deviation float64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &result))
	require.Len(t, result.Targets, 2)
	assert.Equal(t, "price", result.Targets[0].Name)
	assert.InDelta(t, 1e5, result.Targets[0].Mean, 6e3)
	assert.InDelta(t, 3.2e4, result.Targets[0].Deviation, 4e3)
	assert.InDelta(t, 0.022, result.Targets[1].Deviation, 0.004)

	o = execute(append(args, "price")...)
	require.Zero(t, o.status, o.stderr)
	assert.Regexp(t, `\ntest error     \d{1,4}(\.\d+)?, root mean square in the units of the data\n`, o.stdout)
}

// TestOwnAutoencoder: any table will do, with a Gaussian loss that is half the
// reconstruction error.
func TestOwnAutoencoder(t *testing.T) {
	for data, want := range map[string]string{
		planes(t):  "160 training and 40 test examples of 4 without classes, standardised\n",
		flowers(t): "120 training and 30 test examples of 2 in 3 classes, standardised\n",
		stripes(t): "96 training and 24 test examples of 64 in 3 classes, pixels in [0, 1]\n",
	} {
		o := execute("-model", "autoencoder", "-dataset", data, "-hidden", "16,2", "-epochs", "30", "-json")
		require.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stderr, want)
		_, values := keys(t, []byte(o.stdout))
		loss, distance := decimal(t, values["test_loss"]), decimal(t, values["test_reconstruction_error"])
		if strings.Contains(want, "standardised") {
			assert.InDelta(t, distance/2, loss, 1e-3*loss)
			assert.Less(t, distance, 1.0, "of standardised values")
		} else {
			assert.Greater(t, loss, distance)
		}
	}
}

// TestValidation: a part is held back, the same for every seed, and decides.
func TestValidation(t *testing.T) {
	data := blobs(t)
	o := execute("-dataset", data, "-hidden", "16", "-opt", "adam", "-batch-size", "16", "-validation", "0.25", "-patience", "2", "-epochs", "50", "-json")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "120 training, 40 validation and 40 test examples of 4 in 3 classes, standardised\n")
	names, values := keys(t, []byte(o.stdout))
	assert.Contains(t, strings.Join(names, " "), " test_loss test_accuracy validation_loss validation_accuracy best ending ")
	assert.Equal(t, `"patience"`, string(values["ending"]))

	var history []struct {
		Step     int
		Accuracy float64 `json:"validation_accuracy"`
	}
	require.NoError(t, json.Unmarshal(values["history"], &history))
	best := 0
	for i, record := range history {
		if record.Accuracy > history[best].Accuracy {
			best = i
		}
	}
	require.Len(t, history, best+3, "two evaluations without a better one")
	bestNames, object := keys(t, values["best"])
	assert.Equal(t, "metric step epoch train_loss test_loss test_accuracy validation_loss validation_accuracy", strings.Join(bestNames, " "))
	assert.Equal(t, `"validation_accuracy"`, string(object["metric"]))
	assert.Equal(t, fmt.Sprint(history[best].Step), string(object["step"]))

	o = execute("-dataset", data, "-hidden", "16", "-opt", "adam", "-batch-size", "16", "-validation", "0.25", "-epochs", "50", "-target", "validation_accuracy=0.9")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, "validation_accuracy=0.9 reached")
	assert.Contains(t, o.stdout, "\nbest                 validation accuracy ")

	for _, args := range []string{"-model regression -hidden 4 -max-steps 2", "-model autoencoder -hidden 8,2 -max-steps 2 -dataset " + data} {
		o = execute(append(strings.Fields(args), "-validation", "0.1", "-json")...)
		require.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stdout, `"validation_loss":`)
	}
}

// TestKeptPatience: runs that ended by it are kept as any others.
func TestKeptPatience(t *testing.T) {
	args := []string{"-compare", "adam,sgd", "-dataset", blobs(t), "-hidden", "8", "-batch-size", "16", "-epochs", "50", "-seeds", "1",
		"-validation", "0.25", "-patience", "1", "-out", filepath.Join(t.TempDir(), "out"), "-json"}
	first := execute(args...)
	require.Zero(t, first.status, first.stderr)
	assert.Contains(t, first.stdout, `"ending":"patience"`)
	again := execute(args...)
	require.Zero(t, again.status, again.stderr)
	assert.Equal(t, 2, strings.Count(again.stderr, "(kept)"), again.stderr)
	assert.Equal(t, first.stdout, again.stdout)
}

// TestOutlierInTest: a feature that is all but constant in training is no
// disaster where it is not.
func TestOutlierInTest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var text strings.Builder
	for i := range 300 {
		nearly := "14.62"
		switch {
		case i%97 == 0:
			nearly = "14.7"
		case i == 50:
			nearly = "14.62001"
		}
		fmt.Fprintf(&text, "%d,%s,%.3f\n", i%2, nearly, float64(3*(i%2))+r.NormFloat64()/2)
	}
	o := execute("-dataset", file(t, "nearly.csv", text.String()), "-hidden", "16", "-epochs", "20", "-json")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "standardised\n", "the feature has two values in four rows of training")
	_, values := keys(t, []byte(o.stdout))
	assert.Less(t, decimal(t, values["test_loss"]), 0.5)
}

// TestDataNotes: what was done to the data is told by the lines that begin a
// run.
func TestDataNotes(t *testing.T) {
	var text strings.Builder
	text.WriteString("label,age,height,target\n")
	for i := range 400 {
		height := 1.5 + float64(i%7)
		if i == 13 {
			height = 1e6
		}
		fmt.Fprintf(&text, "%d,%d.5,%g,%d\n", i%2, i%9, height, i%2)
	}
	o := execute("-dataset", file(t, "people.csv", text.String()), "-max-steps", "1")
	require.Zero(t, o.status, o.stderr)
	told := strings.Join(strings.Fields(o.stdout+o.stderr), " ")
	assert.Contains(t, told, "the label is column 1 (label); column 4 (target) stays a feature: take it out of the file if it gives the answer away")
	assert.Contains(t, told, "1 value lay further than 10 deviations from the mean and was moved there: of feature height")

	o = execute("-dataset", file(t, "size.csv", "size,price\n1.5,2\n2.5,3\n3.5,4\n4.25,5\n5,6\n7,8.5\n"), "-model", "regression", "-max-steps", "1")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "the target is column 1 (size); -target-columns names another")
}

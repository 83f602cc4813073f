package main

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pictures writes idx files of 160 training and 40 test images of 8×8 in three classes: a bright stripe, somewhere in the
// class's part of the rows.
func pictures(t *testing.T) string {
	t.Helper()
	dir, r := t.TempDir(), rand.New(rand.NewPCG(5, 6))
	for _, part := range []struct {
		prefix string
		n      int
	}{{"train", 160}, {"t10k", 40}} {
		prefix, n := part.prefix, part.n
		images := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, uint32(n))
		images = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(images, 8), 8)
		labels := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(n))
		for i := range n {
			stripe := i%3*3 + r.IntN(2)
			for j := range 64 {
				v := r.IntN(40)
				if j/8 == stripe {
					v += 200
				}
				images = append(images, byte(v))
			}
			labels = append(labels, byte(i%3))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, prefix+"-images-idx3-ubyte"), images, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, prefix+"-labels-idx1-ubyte"), labels, 0o600))
	}
	return dir
}

// TestAugment: the run learns from changed images, says so, keeps it, and repeats it.
func TestAugment(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	args := []string{"-dataset", pictures(t), "-hidden", "16", "-opt", "adam", "-batch-size", "20", "-epochs", "30", "-progress", "none", "-json"}
	list := "flip,crop=1,mixup=0.2,cutmix=1,rotate=5"
	o := execute(append(args, "-augment", list, "-out", out)...)
	require.Zero(t, o.status, o.stderr)
	shown := execute(append(args, "-augment", list, "-progress", "plain", "-max-steps", "2")...)
	assert.Contains(t, shown.stderr, "-augment crop=1,flip,rotate=5,mixup=0.2,cutmix=1")
	_, values := keys(t, []byte(o.stdout))
	_, config := keys(t, values["config"])
	assert.Equal(t, `"crop=1,flip,rotate=5,mixup=0.2,cutmix=1"`, string(config["augment"]))
	var loss, trained, accuracy float64
	for name, v := range map[string]*float64{"test_loss": &loss, "train_loss": &trained, "test_accuracy": &accuracy} {
		require.NoError(t, json.Unmarshal(values[name], v))
	}
	assert.Greater(t, accuracy, 0.9)
	assert.Greater(t, trained, 1.5*loss, "training is on mixtures, the test is not")

	again := execute("-config", filepath.Join(out, "config.json"), "-json", "-progress", "none", "-out", "none")
	require.Zero(t, again.status, again.stderr)
	_, repeated := keys(t, []byte(again.stdout))
	assert.Equal(t, string(values["train_loss"]), string(repeated["train_loss"]))

	plain := execute(append(args, "-augment", "none")...)
	require.Zero(t, plain.status, plain.stderr)
	assert.NotContains(t, plain.stderr, "-augment")
	_, values = keys(t, []byte(plain.stdout))
	_, without := keys(t, []byte(execute(args...).stdout))
	assert.Equal(t, string(without["train_loss"]), string(values["train_loss"]))
	assert.NotEqual(t, string(repeated["train_loss"]), string(values["train_loss"]))
}

// TestAugmentInAComparison: entries may differ in it, and a search may choose it, a word at a time.
func TestAugmentInAComparison(t *testing.T) {
	args := []string{"-dataset", pictures(t), "-hidden", "4", "-batch-size", "20", "-max-steps", "4", "-progress", "none", "-out", filepath.Join(t.TempDir(), "out")}
	o := execute(append(args, "-compare", "adam,adam:augment=mixup=0.2")...)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, "adam augment=mixup=0.2")
	args[len(args)-1] = filepath.Join(t.TempDir(), "out")
	o = execute(append(args, "-tune", "adam:augment=none/crop=1/flip", "-trials", "3", "-json")...)
	require.Zero(t, o.status, o.stderr)
	assert.True(t, strings.Contains(o.stdout, `"augment":"crop=1"`) || strings.Contains(o.stdout, `"augment":"flip"`), o.stdout)
}

// TestAugmentedAutoencoder reconstructs the changed images, and is scored on those that are not.
func TestAugmentedAutoencoder(t *testing.T) {
	o := execute("-dataset", pictures(t), "-model", "autoencoder", "-hidden", "16,4", "-opt", "adam", "-batch-size", "20", "-max-steps", "20",
		"-augment", "crop=1,flip,brightness=0.1,contrast=0.1", "-progress", "none", "-json", "-out", "none")
	require.Zero(t, o.status, o.stderr)
	_, values := keys(t, []byte(o.stdout))
	assert.Contains(t, values, "test_reconstruction_error")
}

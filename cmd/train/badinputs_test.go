package main

import (
	"cmp"
	"flag"
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

var update = flag.Bool("update", false, "write docs/bad-inputs.md")

// badInput is a command line that cannot be carried out; its words in capitals are files
// of kitchen.
type badInput struct {
	what, args string
	status     int
}

// badInputs are what has been tried of what is kept and used.
var badInputs = []badInput{
	{"a model that is not there", "-load no-such-run -eval", exitError},
	{"a model file that is cut short", "-load SHORT -eval", exitError},
	{"a model file with a flipped bit", "-load FLIPPED -eval", exitError},
	{"a model file of another format", "-load TABLE -eval", exitError},
	{"a model file of a later version", "-load LATER -eval", exitError},
	{"an empty model file", "-load EMPTY -eval", exitError},
	{"a directory without a model", "-load FOLDER -eval", exitError},
	{"a pipe in a model's place", "-load PIPE -eval", exitError},
	{"data with other features than the model's", "-load RUN -dataset digits -eval", exitError},
	{"data with a class that the model has not", "-load RUN -dataset OTHERCLASSES -eval", exitError},
	{"layers of one's own for a loaded model", "-load RUN -hidden 4", exitUsage},
	{"another kind of model than the loaded one", "-load RUN -model regression", exitUsage},
	{"-eval without a model", "-eval", exitUsage},
	{"-predict without a model", "-predict TABLE", exitUsage},
	{"predictions as JSON", "-load RUN -predict ROWS -json", exitUsage},
	{"settings of training for what trains nothing", "-load RUN -eval -epochs 3", exitUsage},
	{"a model's file without a run, to be scored", "-load ALONE -eval", exitUsage},
	{"an .onnx file that is not there", "-load no-such.onnx -eval", exitError},
	{"a directory in the place of an .onnx file", "-load FOLDER.onnx -predict ROWS", exitError},
	{"an .onnx file that is cut short", "-load HALF.onnx -predict ROWS", exitError},
	{"an .onnx file of another format", "-load TEXT.onnx -predict ROWS", exitError},
	{"an .onnx file with an operator that has no layer", "-load UNREAD.onnx -predict ROWS", exitError},
	{"an .onnx file of an early version", "-load EARLY.onnx -predict ROWS", exitError},
	{"an .onnx file without its data, to be scored", "-load LOGITS.onnx -eval", exitUsage},
	{"an .onnx file that takes other features", "-load LOGITS.onnx -dataset digits -model mlp -eval", exitError},
	{"an .onnx file of logits whose outputs nothing says are classes", "-load LOGITS.onnx -dataset TABLE -eval", exitUsage},
	{"data with more classes than an .onnx file", "-load LOGITS.onnx -model mlp -dataset TABLE -eval", exitError},
	{"values of a network that ends with a softmax", "-load NET.onnx -model regression -dataset TABLE -eval", exitError},
	{"layers of one's own for an .onnx file", "-load NET.onnx -hidden 4 -dataset TABLE", exitUsage},
	{"an export over the model itself", "-load NET.onnx -export NET.onnx", exitUsage},
	{"an export over a kept model", "-load RUN -export RUN/model.safetensors", exitUsage},
	{"an export over what a run would keep", "-dataset TABLE -out new -export new/model.safetensors", exitUsage},
	{"predictions over a kept model", "-load RUN -predict TABLE -to RUN/model.safetensors", exitUsage},
	{"predictions over a network", "-load NET.onnx -predict TABLE -to NET.onnx", exitUsage},
	{"an export into a directory that cannot be made", "-load RUN -export TABLE/m.onnx", exitError},
	{"an export without a name", "-load RUN -export=", exitUsage},
	{"an export beside a score", "-load RUN -eval -export m.onnx", exitUsage},
	{"an export as JSON", "-load RUN -export m.onnx -json", exitUsage},
	{"an export of several runs", "-compare adam,sgd -dataset TABLE -export m.onnx", exitUsage},
	{"rows with a column too many", "-load RUN -predict WIDE", exitError},
	{"rows without a column of the model", "-load NAMED -predict NOCOLUMN", exitError},
	{"a row that is shorter than the first", "-load RUN -predict RAGGED", exitError},
	{"a row with a word", "-load RUN -predict WORD", exitError},
	{"a row with a missing value", "-load RUN -predict MISSING", exitError},
	{"a number that is too large", "-load RUN -predict HUGE", exitError},
	{"no rows", "-load RUN -predict EMPTY", exitError},
	{"rows that are not there", "-load RUN -predict no-such.csv", exitError},
	{"an image of another size than the model's", "-load PAINTED -predict IMAGES/red/odd.png", exitError},
	{"images for a model of tables", "-load RUN -predict IMAGES/red", exitError},
	{"a directory of directories to predict", "-load PAINTED -predict IMAGES", exitError},
	{"a text among the images to predict", "-load PAINTED -predict MIXED/red", exitError},
	{"predictions over the rows themselves", "-load RUN -predict ROWS -to ROWS", exitUsage},
	{"predictions into a directory that cannot be made", "-load RUN -predict ROWS -to TABLE/out.csv", exitError},
	{"-to without -predict", "-load RUN -to out.csv", exitUsage},
	{"a run that is not there", "-resume no-such-run", exitError},
	{"a directory without a run", "-resume FOLDER", exitError},
	{"a run whose data have changed", "-resume CHANGED", exitError},
	{"a run whose configuration is damaged", "-resume BADCONFIG", exitError},
	{"a run whose checkpoints are all damaged", "-resume BADSTATES", exitError},
	{"another learning rate for a run that goes on", "-resume RUN -lr 1", exitUsage},
	{"fewer steps than were taken", "-resume RUN -max-steps 1", exitError},
	{"a directory that has a run", "-out RUN -dataset TABLE", exitError},
	{"a directory below a file", "-out TABLE/run -dataset TABLE", exitError},
	{"no directory at all, for a comparison", "-compare adam -out none", exitUsage},
	{"checkpoints of a run that is not kept", "-out none -checkpoint-every 5", exitUsage},
	{"a configuration that is not there", "-config no-such.json", exitError},
	{"a configuration that is a table", "-config TABLE", exitError},
	{"a configuration of a later version", "-config NEWER", exitError},
	{"a configuration with an unknown setting", "-config UNKNOWN", exitError},
	{"a configuration with a value out of range", "-config RANGE", exitUsage},
	{"a shell that has no completion", "-completion tcsh", exitUsage},
	{"images of two sizes", "-dataset IMAGES", exitUsage},
	{"a size of images that is none", "-dataset IMAGES -image-size 64", exitUsage},
	{"a size of images for a table", "-dataset TABLE -image-size 8x8", exitUsage},
	{"an image that is cut short", "-dataset TORN -image-size 8x8", exitError},
	{"a text among the images", "-dataset MIXED -image-size 8x8", exitError},
	{"a class without images", "-dataset HOLLOW", exitError},
	{"images without classes", "-dataset IMAGES/red", exitError},
	{"a directory without data", "-dataset FOLDER", exitError},
	{"a file of CIFAR-10 that is cut short", "-dataset CUT", exitError},
	{"CIFAR-10 with a file missing", "-dataset LESS", exitError},
	{"several processes without a launcher", "-distributed mpi -dataset TABLE", exitUsage},
	{"a way to distribute that there is not", "-distributed slurm -dataset TABLE", exitUsage},
	{"parts that do not divide the mini-batch", "-dataset digits -batch-size 100 -accumulate 3", exitUsage},
	{"an augmentation that there is not", "-augment flip,crpo=4", exitUsage},
	{"an augmentation without its number", "-augment crop", exitUsage},
	{"an augmentation by a number out of range", "-augment rotate=270", exitUsage},
	{"an augmentation of a table", "-dataset TABLE -augment flip", exitUsage},
	{"an augmentation of what is no image", "-model regression -dataset ill-conditioned -augment flip", exitUsage},
	{"an augmentation that leaves nothing of an image", "-dataset digits -augment shift=28", exitUsage},
}

// kitchen makes the files that the table names.
func kitchen(t *testing.T) map[string]string {
	dir := t.TempDir()
	files := map[string]string{}
	write := func(name, file, text string) {
		files[name] = filepath.Join(dir, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(files[name]), 0o755))
		require.NoError(t, os.WriteFile(files[name], []byte(text), 0o600))
	}
	content := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	write("TABLE", "table.csv", content(blobs(t)))
	keep := func(name, data string) {
		files[name] = filepath.Join(dir, strings.ToLower(name))
		o := execute("-dataset", data, "-hidden", "4", "-opt", "sgd", "-max-steps", "20", "-progress", "none", "-out", files[name])
		require.Zero(t, o.status, o.stderr)
	}
	keep("RUN", files["TABLE"])
	write("FLOWERS", "flowers.csv", content(filepath.Join(source, "..", "..", "datasets", "testdata", "flowers.csv")))
	keep("NAMED", files["FLOWERS"])
	model := content(filepath.Join(files["RUN"], "model.safetensors"))
	write("ALONE", "alone/model.safetensors", model)
	write("SHORT", "short.safetensors", model[:len(model)-4])
	write("FLIPPED", "flipped.safetensors", model[:len(model)-1]+string([]byte{model[len(model)-1] ^ 1}))
	write("LATER", "later.safetensors", strings.Replace(model, `"version":"1"`, `"version":"9"`, 1))
	write("EMPTY", "empty.csv", "")
	files["FOLDER"] = filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(files["FOLDER"], 0o755))
	files["PIPE"] = pipe(t, dir)
	write("OTHERCLASSES", "classes.csv", strings.ReplaceAll(content(files["TABLE"]), "\n2,", "\n7,"))
	o := executeKept("-load", files["RUN"], "-export", filepath.Join(dir, "net.onnx"))
	require.Zero(t, o.status, o.stderr)
	files["NET.onnx"] = filepath.Join(dir, "net.onnx")
	files["FOLDER.onnx"] = filepath.Join(dir, "folder.onnx")
	require.NoError(t, os.Mkdir(files["FOLDER.onnx"], 0o755))
	write("LOGITS.onnx", "logits.onnx", logits(t, "Gemm", 13))
	write("UNREAD.onnx", "unread.onnx", logits(t, "Einsum", 13))
	write("EARLY.onnx", "early.onnx", logits(t, "Gemm", 3))
	write("HALF.onnx", "half.onnx", content(files["NET.onnx"])[:300])
	write("TEXT.onnx", "text.onnx", content(files["TABLE"]))
	write("WIDE", "wide.csv", "1,2,3,4,5\n")
	write("NOCOLUMN", "nocolumn.csv", "length,height\n1,2\n")
	write("RAGGED", "ragged.csv", "1,2,3,4\n1,2,3\n")
	write("WORD", "word.csv", "1,2,3,4\n1,2,three,4\n")
	write("MISSING", "missing.csv", "1,2,3,4\n1,,3,4\n")
	write("HUGE", "huge.csv", "1,2,3,1e400\n")
	write("ROWS", "rows.csv", "1,2,3,4\n")
	write("DATA", "data.csv", content(files["TABLE"]))
	keep("CHANGED", files["DATA"])
	write("DATA", "data.csv", strings.Replace(content(files["TABLE"]), ".", "9.", 1))
	config := content(filepath.Join(files["RUN"], "config.json"))
	write("BADCONFIG", "badconfig/config.json", config[:len(config)/2])
	files["BADCONFIG"] = filepath.Dir(files["BADCONFIG"])
	keep("BADSTATES", files["TABLE"])
	states, err := filepath.Glob(filepath.Join(files["BADSTATES"], "checkpoints", "*"))
	require.NoError(t, err)
	for _, state := range states {
		require.NoError(t, os.WriteFile(state, []byte("damaged"), 0o600))
	}
	write("NEWER", "newer.json", strings.Replace(config, `"version": 1`, `"version": 7`, 1))
	write("UNKNOWN", "unknown.json", `{"version": 1, "config": {"learning_rate": 1}}`)
	for _, name := range []string{"IMAGES", "TORN", "MIXED", "HOLLOW"} {
		files[name] = paints(t)
	}
	image := content(filepath.Join(files["TORN"], "green", "7.png"))
	put := func(text string, path ...string) {
		path[0] = files[path[0]]
		require.NoError(t, os.WriteFile(filepath.Join(path...), []byte(text), 0o600))
	}
	put(string(picture(t, 5, 5, color.RGBA{R: 255}, rand.New(rand.NewPCG(1, 1)))), "IMAGES", "red", "odd.png")
	put(image[:len(image)-30], "TORN", "green", "7.png")
	keep("PAINTED", files["MIXED"])
	put("a list", "MIXED", "red", "labels.txt")
	require.NoError(t, os.Mkdir(filepath.Join(files["HOLLOW"], "yellow"), 0o755))
	files["CUT"], files["LESS"] = cifarDirectory(t), cifarDirectory(t)
	put("\x01\x02\x03", "CUT", "data_batch_3.bin")
	require.NoError(t, os.Remove(filepath.Join(files["LESS"], "data_batch_4.bin")))
	write("RANGE", "range.json", `{"version": 1, "config": {"opt": "sgd", "lr": -1}}`)
	return files
}

// logits is an .onnx file of four features and the logits of two classes.
func logits(t *testing.T, op string, opset int64) string {
	var file strings.Builder
	value := func(name string, n int64) *onnxproto.Value {
		return &onnxproto.Value{Name: name, Type: onnxproto.Float, HasShape: true, Shape: []onnxproto.Dim{onnxproto.Named("N"), onnxproto.Fixed(n)}}
	}
	m := &onnxproto.Model{IRVersion: 7, ProducerName: "another", Opsets: []onnxproto.Opset{{Version: opset}}, Graph: &onnxproto.Graph{
		Name: "logits", Inputs: []*onnxproto.Value{value("x", 4)}, Outputs: []*onnxproto.Value{value("y", 2)},
		Nodes:        []*onnxproto.Node{{Name: "head", Op: op, Inputs: []string{"x", "w"}, Outputs: []string{"y"}}},
		Initializers: []*onnxproto.Tensor{onnxproto.NewFloat("w", []float32{1, 2, 3, 4, 5, 6, 7, 8}, 4, 2)},
	}}
	_, err := m.WriteTo(&file)
	require.NoError(t, err)
	return file.String()
}

// TestBadInputsTable: each wrong input has one clear line and its status, and
// docs/bad-inputs.md says so. -update writes the page.
func TestBadInputsTable(t *testing.T) {
	files := kitchen(t)
	var page strings.Builder
	page.WriteString("# Wrong inputs, and what is said of them\n\nMade by `go test ./cmd/train -run BadInputsTable -update`, and held by that test. " +
		"Words in capitals are files. A status of 2 is a command line that cannot be meant, 1 anything else that cannot be done. " +
		"Readers are tried further with files made to harm: `TestBadFiles` (internal/safetensors), `TestLoadRefuses` (trainer), " +
		"`TestTrainerStateRefused` and `TestResumeFromFiles` (trainer), `TestCSVResumeRefuses` and its like (logs), `TestRowsRefused` (datasets), " +
		"and by a fuzzer for each.\n\n| input | command | status | message |\n|---|---|---|---|\n")
	for _, c := range badInputs {
		if strings.Contains(c.args, "PIPE") && files["PIPE"] == "" {
			continue
		}
		var args []string
		for _, word := range strings.Fields(c.args) {
			name, rest, _ := strings.Cut(word, "/")
			if path, ok := files[name]; ok {
				word = path
				if rest != "" {
					word += "/" + rest
				}
			}
			args = append(args, word)
		}
		o := executeKept(append(args, "-progress", "none")...)
		assert.Equal(t, c.status, o.status, "%s: %s", c.args, o.stderr)
		said := ""
		for line := range strings.Lines(o.stderr) {
			if !strings.HasPrefix(line, "data set: ") {
				said += line
			}
		}
		assert.Equal(t, 1, strings.Count(said, "\n"), "%s: one line: %s", c.args, said)
		assert.True(t, strings.HasPrefix(said, "train: "), said)
		assert.Empty(t, o.stdout, c.args)
		said = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(said), "train: "), seeHelp)
		for _, name := range longestFirst(files) {
			said = strings.ReplaceAll(said, files[name], name)
		}
		fmt.Fprintf(&page, "| %s | `%s` | %d | %s |\n", c.what, c.args, c.status, strings.ReplaceAll(said, "|", `\|`))
	}
	path := filepath.Join(source, "..", "..", "docs", "bad-inputs.md")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(page.String()), 0o644))
	}
	if files["PIPE"] == "" {
		return // a system without pipes by name has a line less
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, page.String(), strings.ReplaceAll(string(text), "\r\n", "\n"), "go test ./cmd/train -run BadInputsTable -update")
}

// longestFirst are names of files whose paths may begin with one another.
func longestFirst(files map[string]string) []string {
	var names []string
	for name, path := range files {
		if path != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(files[b]), len(files[a])), strings.Compare(a, b))
	})
	return names
}

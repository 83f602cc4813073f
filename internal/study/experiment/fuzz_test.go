package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// FuzzEntries: what is taken for entries has points within what was written,
// the same for the same seed, and names that can be part of a file's.
func FuzzEntries(f *testing.F) {
	for _, text := range []string{
		"kfac,adam,sgd:momentum=0.95", "sgd:lr=0.01..1:momentum=0.9/0.95:schedule=constant/linear", "adam:lr=1e-320..1e308",
		"kfac:-kfac-mode=fixed:json=true", "a:b=1..1.0000000000000002", "sgd:lr=,", ":", "a:b=c=d:e=f/g", "x:y=4.9e-324..1e-323", "x:y=0x1p-3..inf",
	} {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		entries, err := ParseEntries(text)
		if err != nil {
			return
		}
		for _, e := range entries {
			points := e.Space.Random(3, seed, e.Optimizer)
			if len(points) == 0 && len(e.Space) > 0 {
				t.Fatal("a space without a point")
			}
			if again := e.Space.Random(3, seed, e.Optimizer); fmt.Sprint(points) != fmt.Sprint(again) {
				t.Fatal("the same seed draws other points")
			}
			for _, p := range points {
				checkPoint(t, e.Space, p)
			}
			if grid, err := e.Space.Grid(); err == nil && len(e.Space) > 0 {
				checkPoint(t, e.Space, grid[len(grid)-1])
			}
		}
	})
}

func checkPoint(t *testing.T, space Space, p job.Choices) {
	if len(p) != len(space) {
		t.Fatal(p, "has another length than", space)
	}
	for i, v := range p {
		d := space[i]
		if d.Name != v.Name {
			t.Fatal(v, "is not of", d)
		}
		if d.ranged() {
			x, err := strconv.ParseFloat(v.Value, 64)
			if err != nil || !(x >= d.Low && x <= d.High) || math.IsInf(x, 0) {
				t.Fatalf("%s = %s: not from %g to %g: %v", v.Name, v.Value, d.Low, d.High, err)
			}
		}
	}
	if slug := Slug(job.Label("adam", p)); strings.ContainsAny(slug, "/\\\x00\n ") {
		t.Fatalf("%q is no part of a file's name", slug)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var read job.Choices
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	_ = p.String()
}

// FuzzTuning: whatever is taken for a file of tuned settings is written, and
// read again, as the same, and can be asked for what is best.
func FuzzTuning(f *testing.F) {
	f.Add([]byte(`{"version":1,"command":"go run","task":{"model":"mlp"},"budget":{"search":"random","trials":2,"seeds":1,"first_seed":101,` +
		`"ranked_by":"steps","cut_at":2},"goals":[{"metric":"test_accuracy","value":0.9}],"score":"test_accuracy","optimizers":[{"label":"adam",` +
		`"optimizer":"adam","fixed":{"batch-size":"64"},"space":[{"flag":"lr","low":0.001,"high":0.1},{"flag":"schedule","values":["linear"]}],` +
		`"best":[{"goal":{"metric":"test_accuracy","value":0.9},"reached":true,"trial":1,"settings":{"lr":"0.01"}}],"trials":[{"settings":{},` +
		`"reached":[{"value":0.9,"runs":1,"steps":10,"seconds":null}],"score":0.9,"steps":10,"seconds":0.1,"endings":["target"]}]}],"environment":null}`))
	f.Add([]byte(`{"version":1,"optimizers":[{"best":[null,{}]}]}`))
	f.Add([]byte(`{"optimizers":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var tuning Tuning
		if json.Unmarshal(text, &tuning) != nil {
			return
		}
		once, err := json.Marshal(&tuning)
		if err != nil {
			t.Fatal(err)
		}
		var again Tuning
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatal(err)
		}
		twice, err := json.Marshal(&again)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%s\n%s\n%v", once, twice, err)
		}
		for i := range tuning.Optimizers {
			o := &tuning.Optimizers[i]
			o.For(tuning.Goals)
			o.For(nil)
			o.Fits(job.Choices{{Name: "batch-size", Value: "64"}})
		}
	})
}

// FuzzKept: whatever lies where a run is kept, it is the run that was saved, or
// it is refused in one line that names the file.
func FuzzKept(f *testing.F) {
	store := Store{Dir: f.TempDir()}
	like := &results.Run{
		Version: 1, Label: "adam", Optimizer: "adam", Model: "mlp", Dataset: "digits", Seed: 1, Workers: 2, BatchSize: 64,
		Params: 7, Steps: 20, Epochs: 2, PerEpoch: 10, TrainSeconds: 1.5, StepsPerSecond: 13, TrainLoss: 0.25, Ending: results.Done,
		Config: results.Fields[any]{{Name: "lr", Value: 0.5}, {Name: "hidden", Value: []int{8, 4}}}, History: []results.Record{},
		DataDigest: "0123abcd", Environment: &results.Environment{Version: "v1"},
	}
	if err := store.Save(like); err != nil {
		f.Fatal(err)
	}
	if run, err := store.Load(like); run == nil || err != nil {
		f.Fatal(run, err)
	}
	path := store.path(like.Label, like.Seed)
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add([]byte(`{"seed":1,"config":{"lr":0.5,"hidden":[8,4]},"dataset":"digits","params":7,"steps_per_epoch":10,"steps":-3}`))
	f.Add([]byte(strings.Replace(string(text), `"v1"`, `"v\n2"`, 1)))
	f.Add([]byte(strings.Replace(string(text), `"digits"`, `"dig\nits"`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		run, err := store.Load(like)
		if err != nil {
			if message := err.Error(); strings.Contains(message, "\n") || !strings.Contains(message, path) {
				t.Fatal(message)
			}
			return
		}
		if run == nil {
			t.Fatal("there is a file, and no run in it")
		}
		if difference(run.Config, like.Config) != "" || run.Params != like.Params || run.Dataset != like.Dataset || run.DataDigest != like.DataDigest {
			t.Fatal("another run was taken for it")
		}
	})
}

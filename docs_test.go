package gokfac_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/kfac"
)

var update = flag.Bool("update", false, "write the tables of defaults in docs/*.md anew")

// A generated table stands between two comments, the first with its name.
var generated = regexp.MustCompile(`(?s)(<!-- defaults: (\w+) -->\n)(.*?)(<!-- end of defaults -->)`)

// TestDefaultsInDocs holds the tables of defaults in the documents against package kfac and internal/job.
func TestDefaultsInDocs(t *testing.T) {
	tables := map[string]func(*testing.T) string{"kfac": kfacDefaults, "models": modelDefaults, "sizes": sizeDefaults}
	files, err := filepath.Glob(filepath.Join("docs", "*.md"))
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		text := strings.ReplaceAll(string(b), "\r\n", "\n")
		for _, m := range generated.FindAllStringSubmatch(text, -1) {
			table := tables[m[2]]
			require.NotNil(t, table, "%s: there is no table %q", file, m[2])
			found[m[2]] = true
			want := table(t)
			if *update {
				text = strings.Replace(text, m[0], m[1]+want+m[4], 1)
				continue
			}
			assert.Equal(t, want, m[3], "%s: the table %q is not what the code has. `go test . -run TestDefaultsInDocs -update` writes it anew; "+
				"then read the prose around it", file, m[2])
		}
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
	}
	for name := range tables {
		assert.True(t, found[name], "no document has the table %q", name)
	}
}

// kfacDefaults has a row for each setting of K-FAC: the library's defaults in both modes, and those of cmd/train that differ.
func kfacDefaults(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| flag | field | adaptive | fixed | `cmd/train`, where it differs |\n|---|---|---|---|---|\n")
	for _, row := range job.Settings() {
		field := fieldOf(row)
		if field == "" {
			continue
		}
		own, differ := []string{}, []string{}
		for _, mode := range kfac.Modes() {
			if !job.Applies(row.Name, "kfac", string(mode), "") {
				own = append(own, "–")
				continue
			}
			o, err := kfac.New(kfac.Config{Mode: mode})
			require.NoError(t, err)
			library := shown(row, specOf(o.Config()))
			own = append(own, library)
			for _, model := range job.Names(job.Models()) {
				s, err := job.DefaultSpec("kfac", string(mode), model)
				require.NoError(t, err)
				if v := shown(row, s); v != library {
					differ = append(differ, fmt.Sprintf("%s %s: %s", model, mode, v))
				}
			}
		}
		fmt.Fprintf(&b, "| `-%s` | `%s` | %s | %s | %s |\n", row.Name, field, own[0], own[1], strings.Join(differ, "; "))
	}
	return b.String()
}

// modelDefaults has a row for each model and optimizer of cmd/train.
func modelDefaults(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| model | optimizer | batch | epochs | learning rate | schedule | momentum |\n|---|---|---:|---:|---:|---|---:|\n")
	each(t, func(model, name string, s *job.Spec) {
		momentum := "–"
		if job.Applies("momentum", s.Optimizer, s.Variant(), model) {
			momentum = fmt.Sprint(s.Momentum)
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %g | %s | %s |\n", model, name, s.Batch, s.Epochs, s.LearningRate, s.Schedule, momentum)
	})
	return b.String()
}

// sizeDefaults has what cmd/train takes for a classifier of a table, by the number of its training rows.
func sizeDefaults(t *testing.T) string {
	head, rule, rows := "| training rows |", "|---:|", map[int]string{}
	sizes := []int{50, 200, 1000, 4000, 60000}
	each(t, func(model, name string, defaults *job.Spec) {
		if model != "mlp" {
			return
		}
		head, rule = head+" "+name+" |", rule+"---|"
		for _, n := range sizes {
			s := job.NewSpec()
			s.Optimizer, s.Model, s.KFAC.Mode = defaults.Optimizer, model, defaults.KFAC.Mode
			require.NoError(t, s.Resolve(n))
			rows[n] += fmt.Sprintf(" batch %d, %d epochs, rate %g |", s.Batch, s.Epochs, s.LearningRate)
		}
	})
	text := head + "\n" + rule + "\n"
	for _, n := range sizes {
		text += fmt.Sprintf("| %d |%s\n", n, rows[n])
	}
	return text
}

// each calls f for every model with every optimizer in each of its modes, as they are on a large training set.
func each(t *testing.T, f func(model, name string, s *job.Spec)) {
	for _, model := range job.Names(job.Models()) {
		for _, o := range job.Optimizers() {
			for _, v := range o.Variants {
				s, err := job.DefaultSpec(o.Name, v.Name, model)
				require.NoError(t, err)
				name := o.Name
				if len(o.Variants) > 1 {
					name += ", " + v.Name
				}
				f(model, name, s)
			}
		}
	}
}

// specOf is a run with the settings of a configuration.
func specOf(c kfac.Config) *job.Spec {
	s := job.NewSpec()
	s.Optimizer, s.KFAC, s.LearningRate = "kfac", c, c.LearningRate
	s.Momentum, s.WeightDecay = max(c.Momentum, 0), max(c.WeightDecay, 0)
	return s
}

// shown is a setting's value in words.
func shown(row job.Setting, s *job.Spec) string {
	v := fmt.Sprint(row.Force(s))
	if v == "0" || v == "-1" {
		return "none"
	}
	return v
}

// fieldOf is the field of kfac.Config that a setting is for: the one that changes what is in force. Empty: none.
func fieldOf(row job.Setting) string {
	if row.Force == nil {
		return ""
	}
	for i := range reflect.TypeFor[kfac.Config]().NumField() {
		var c kfac.Config
		switch f := reflect.ValueOf(&c).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("other")
		case reflect.Int:
			f.SetInt(77)
		case reflect.Float64:
			f.SetFloat(0.77)
		}
		if fmt.Sprint(row.Force(specOf(c))) != fmt.Sprint(row.Force(specOf(kfac.Config{}))) {
			return reflect.TypeFor[kfac.Config]().Field(i).Name
		}
	}
	return ""
}

package kfac

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCommentsStateDefaults: the comment of each field of Config, PreconditionerConfig
// and PreconditionedConfig has the default that their constructors fill in.
func TestCommentsStateDefaults(t *testing.T) {
	for _, mode := range Modes() {
		o, err := New(Config{Mode: mode})
		require.NoError(t, err)
		stateDefaults(t, "config.go", o.Config(), map[string]bool{"Mode": mode != Adaptive})
	}
	p, err := NewPreconditioner(PreconditionerConfig{})
	require.NoError(t, err)
	stateDefaults(t, "preconditionerconfig.go", p.Config(), nil)
	natural, err := NewPreconditioned(newOptimizer(t, Config{}), PreconditionedConfig{})
	require.NoError(t, err)
	stateDefaults(t, "preconditioned.go", natural.Config(), map[string]bool{"Preconditioner": true})
}

// stateDefaults compares the comments in a file with a configuration of defaults,
// except for some fields.
func stateDefaults(t *testing.T, file string, defaults any, except map[string]bool) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	require.NoError(t, err)
	v, seen := reflect.ValueOf(defaults), 0
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != v.Type().Name() {
			return true
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			require.Len(t, f.Names, 1, "one comment for each field")
			name, text := f.Names[0].Name, plainWords(f.Doc.Text())
			seen++
			if except[name] {
				continue
			}
			assert.Contains(t, text, "default", "%s of %s", name, file)
			if x := v.FieldByName(name); !x.IsZero() {
				assert.Subset(t, text, plainWords(fmt.Sprint(x)), "the comment of %s in %s has another default", name, file)
			}
		}
		return false
	})
	assert.Equal(t, v.NumField(), seen)
}

// plainWords lists the words of s, without what tells a constant's name from its
// value: capitals and hyphens.
func plainWords(s string) []string {
	words := strings.Fields(strings.ToLower(strings.ReplaceAll(s, "-", "")))
	for i, w := range words {
		words[i] = strings.Trim(w, ".,;:()")
	}
	return words
}

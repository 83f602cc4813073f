package scale

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tables of docs/scale.md anew")

// A generated table stands between two comments, the first with its name.
var generated = regexp.MustCompile(`(?s)(<!-- scale: (\w+) -->\n)(.*?)(<!-- end of scale -->)`)

// TestTablesInDocument holds the tables of docs/scale.md against the model.
func TestTablesInDocument(t *testing.T) {
	document := filepath.Join("..", "..", "docs", "scale.md")
	b, err := os.ReadFile(document)
	require.NoError(t, err)
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	tables := map[string]string{}
	for _, table := range Tables() {
		tables[table.Name] = table.Text
	}
	found := map[string]bool{}
	for _, m := range generated.FindAllStringSubmatch(text, -1) {
		want, known := tables[m[2]]
		require.True(t, known, "there is no table %q", m[2])
		found[m[2]] = true
		if *update {
			text = strings.Replace(text, m[0], m[1]+want+m[4], 1)
			continue
		}
		assert.Equal(t, want, m[3], "the table %q is not what the model says. `go test ./internal/scale -run TestTablesInDocument -update` writes it anew; "+
			"then read the prose around it", m[2])
	}
	for name := range tables {
		assert.True(t, found[name], "the document has no table %q", name)
	}
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(text), 0o644))
	}
}

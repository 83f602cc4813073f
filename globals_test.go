package gokfac_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// excused lists what the library's code does against the rule, with the reason.
var excused = map[string]string{
	"internal/parallel: var crew is changed":     "goroutines that all models share: a machine has one set of processors",
	"internal/cpus: var asked is a atomic.Int32": "the number of workers of the process, beside the runtime's own GOMAXPROCS",
	"internal/blas: var free32 is changed":       "memory of finished products, for the next one; it holds no values that are read",
	"internal/blas: var free64 is changed":       "the same for float64",
	"internal/blas: var generic is changed":      "a table of kernels, whose address is taken and which is never written to",
	"internal/blas: var avx2 is changed":         "the same",
	"internal/blas: var avx512 is changed":       "the same",
	"internal/vector: var generic is changed":    "the same",
	"internal/vector: var avx2 is changed":       "the same",
	"internal/memory: syscall.Exec":              "within Claim, which only cmd/train calls",
	"internal/memory: debug.FreeOSMemory":        "the same",
	"internal/memory: debug.SetMemoryLimit":      "within Restrain, which only cmd/train calls",
	"internal/vector: var avx512 is changed":     "the same",
	"distributed/mpi: os.Stderr":                 "why a process ends the job, in a line: nobody else can say it, MPI_Abort does not return",
	"distributed/mpi: os.Exit":                   "where MPI_Abort itself hangs, or MPI_Finalize does",
}

// TestLibraryIsSilentAndKeepsNothing: two models in one server have nothing in common, and a server's output is its own. No
// package of the library, nor of those of this module that it imports, has an init function, writes to standard output or error,
// logs without being given a logger, ends the process, changes what belongs to all of it, or changes a variable of the package.
func TestLibraryIsSilentAndKeepsNothing(t *testing.T) {
	found := map[string]bool{}
	for dir, files := range sources(t) {
		for _, fault := range faults(t, dir, files) {
			found[fault] = true
			assert.NotEmpty(t, excused[fault], fault)
		}
	}
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		return // others have fewer kernels, and other limits
	}
	for fault := range excused {
		assert.True(t, found[fault], "excused without need: %s", fault)
	}
}

// TestFaultsAreFound plants each fault that the rule is about.
func TestFaultsAreFound(t *testing.T) {
	file := filepath.Join(t.TempDir(), "planted.go")
	require.NoError(t, os.WriteFile(file, []byte(`package planted

import (
	"fmt"
	"log"
	"log/slog"
	"os"
	"sync"
)

var count, fixed = 0, 5
var seen = map[string]bool{}
var list []int
var lock sync.Mutex
var state struct{ n int }
var table = [...]int{1, 2}

func init() { count++ }

func f(fixed int) {
	fixed = 3
	count += fixed
	seen["x"] = true
	list = append(list, 1)
	state.n--
	p := &table
	p[0] = 1
	delete(seen, "x")
	for count = range 3 {
	}
	fmt.Println(fixed)
	fmt.Fprintln(os.Stderr, fixed)
	log.Printf("x")
	slog.Info("x")
	println(table[0])
	os.Exit(1)
}
`), 0o600))
	assert.ElementsMatch(t, []string{
		"planted: func init", "planted: var count is changed", "planted: var seen is changed", "planted: var list is changed", "planted: var state is changed",
		"planted: var table is changed", "planted: var lock is a sync.Mutex", "planted: fmt.Println", "planted: os.Stderr", "planted: log.Printf",
		"planted: slog.Info", "planted: println", "planted: os.Exit",
	}, faults(t, "planted", []string{file}))
}

// sources has the files of every package of the library, and of the internal ones that it imports, by path.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	needed := map[string]bool{}
	for path, deps := range library(t) {
		needed[path] = true
		for _, dep := range deps {
			needed[dep] = needed[dep] || strings.HasPrefix(dep, module+"/")
		}
	}
	files := map[string][]string{}
	for line := range strings.Lines(output(t, "list", "-f", `{{.ImportPath}}	{{.Dir}}	{{join .GoFiles " "}}`, "./...")) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 || !needed[fields[0]] {
			continue
		}
		name := strings.TrimPrefix(fields[0], module+"/")
		for _, file := range strings.Fields(fields[2]) {
			files[name] = append(files[name], filepath.Join(fields[1], file))
		}
	}
	require.Greater(t, len(files), 25)
	return files
}

// forbidden are names of packages that write where nobody has told them to, end the process, or change what belongs to all of it.
var forbidden = map[string][]string{
	"fmt": {"Print", "Printf", "Println"},
	"os":  {"Stdout", "Stderr", "Exit", "Setenv", "Unsetenv", "Clearenv", "Chdir"},
	"log": {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Default", "SetOutput", "SetFlags"},
	"log/slog": {"Debug", "DebugContext", "Info", "InfoContext", "Warn", "WarnContext", "Error", "ErrorContext", "Log", "LogAttrs",
		"Default", "SetDefault"},
	"os/signal":     {"Notify", "NotifyContext", "Ignore", "Reset"},
	"runtime/debug": {"SetGCPercent", "SetMemoryLimit", "SetMaxThreads", "SetMaxStack", "FreeOSMemory"},
	"syscall":       {"Exec", "Kill", "Setrlimit"},

	module + "/internal/memory": {"Claim", "Restrain"},
	module + "/internal/cpus":   {"Use"},
}

// faults lists, once each, what a package does against the rule. Imports are not read: what a name means in the package is enough.
func faults(t *testing.T, name string, files []string) []string {
	t.Helper()
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, file := range files {
		f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed = append(parsed, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := config.Check(name, set, parsed, info)
	c := &checker{name: name, info: info, scope: pkg.Scope()}
	for _, f := range parsed {
		ast.Inspect(f, c.visit)
	}
	slices.Sort(c.faults)
	return slices.Compact(c.faults)
}

// nothing imports no package.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	return nil, errors.New(path + " is not read")
}

type checker struct {
	name   string
	info   *types.Info
	scope  *types.Scope
	faults []string
}

func (c *checker) add(format string, args ...any) {
	c.faults = append(c.faults, c.name+": "+fmt.Sprintf(format, args...))
}

func (c *checker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "init" {
			c.add("func init")
		}
	case *ast.GenDecl:
		c.locks(n)
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			c.changed(left)
		}
	case *ast.IncDecStmt:
		c.changed(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			c.changed(n.Key)
			c.changed(n.Value)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND { // whoever has its address can change it
			c.changed(n.X)
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 {
			if _, builtin := c.info.Uses[f].(*types.Builtin); builtin && slices.Contains([]string{"delete", "clear", "copy"}, f.Name) {
				c.changed(n.Args[0])
			} else if builtin && strings.HasPrefix(f.Name, "print") {
				c.add("%s", f.Name)
			}
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok {
			if p, ok := c.info.Uses[x].(*types.PkgName); ok && slices.Contains(forbidden[p.Imported().Path()], n.Sel.Name) {
				c.add("%s.%s", p.Name(), n.Sel.Name)
			}
		}
	}
	return true
}

// changed notes a variable of the package that an expression is, or is a part of.
func (c *checker) changed(e ast.Expr) {
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.Ident:
			if v, ok := c.info.Uses[x].(*types.Var); ok && v.Parent() == c.scope {
				c.add("var %s is changed", x.Name)
			}
			return
		default:
			return
		}
	}
}

// locks notes variables of the package whose methods change them: locks, pools, counters.
func (c *checker) locks(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		of := v.Type
		if of == nil && len(v.Values) == 1 {
			if literal, ok := v.Values[0].(*ast.CompositeLit); ok {
				of = literal.Type
			}
		}
		selector, ok := of.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		x, ok := selector.X.(*ast.Ident)
		for _, name := range v.Names {
			if o := c.info.Defs[name]; ok && o != nil && o.Parent() == c.scope && (x.Name == "sync" || x.Name == "atomic") {
				c.add("var %s is a %s.%s", name.Name, x.Name, selector.Sel.Name)
			}
		}
	}
}

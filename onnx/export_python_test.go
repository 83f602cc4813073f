package onnx_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
)

// checker is ONNX's own, on all files of a folder: the specification of operators, and their shapes against those that
// the file claims.
const checker = `
import glob, sys, onnx
from onnx import checker, shape_inference
for f in glob.glob(sys.argv[1] + "/*.onnx"):
    m = onnx.load(f)
    try:
        checker.check_model(m, full_check=True)
        s = shape_inference.infer_shapes(m, check_type=True, strict_mode=True, data_prop=True)
        dims = lambda v: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
        ours = {v.name: dims(v) for v in list(m.graph.value_info) + list(m.graph.output)}
        for v in list(s.graph.value_info) + list(s.graph.output):
            known = [(a, b) for a, b in zip(ours.get(v.name, []), dims(v)) if a != b]
            if v.name in ours and (len(ours[v.name]) != len(dims(v)) or known):
                print(f, v.name, "is", ours[v.name], "here and", dims(v), "by inference")
    except Exception as e:
        print(f, str(e).replace("\n", " "))
`

// checkWithPython runs ONNX's checker where Python's package onnx is installed; it says so where it is not.
func checkWithPython(t *testing.T, dir string) {
	t.Helper()
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if python == "" && exec.Command(p, "-c", "import onnx").Run() == nil {
			python = p
		}
	}
	if python == "" {
		t.Log("not checked by onnx.checker: Python's package onnx is not installed (Debian: python3-onnx)")
		return
	}
	out, err := exec.Command(python, "-c", checker, dir).CombinedOutput()
	assert.NoError(t, err, "%s", out)
	assert.Empty(t, string(out))
}

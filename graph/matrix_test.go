package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMatrixValidate(t *testing.T) {
	for _, m := range []Matrix{Fisher, GaussNewton, Hessian} {
		assert.NoError(t, m.Validate())
	}
	assert.EqualError(t, Matrix("Fisher").Validate(), `unknown curvature matrix "Fisher": want fisher, gauss-newton or hessian`)
}

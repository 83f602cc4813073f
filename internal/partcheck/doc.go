// Package partcheck is what layers/layertest and losses/losstest have in common: derivatives by finite differences with
// an estimate of their own error, comparisons whose failure says in words what probably is wrong, and reports of one line.
//
//	Derivative   the derivative of a vector-valued function of one number, its error, and where it has a kink
//	Comparison   values against a reference, element by element, with a tolerance for each
//	Report       failures with the part's and the check's name, a few of each check
//	Guard        a panic as an error that names the line of code
//
// It does not import testing: T has the methods that are needed of a *testing.T.
package partcheck

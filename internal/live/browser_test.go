package live_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
)

// troubles are lines of a console that tell of a page's faults.
func troubles(console string) (list []string) {
	for line := range strings.Lines(console) {
		if strings.Contains(line, "CONSOLE") {
			list = append(list, line)
		}
	}
	return list
}

// TestPageInBrowser: the page shows the run's numbers, and data that look like markup are text.
func TestPageInBrowser(t *testing.T) {
	browser(t)
	s := listen(t)
	s.Update(live.Snapshot{Step: 40, Total: 80, Loss: 0.375, Examples: 256, ExamplesPerSecond: 1234, Run: fake(4)})
	s.Gallery(&results.Assessment{Part: "test", Classes: []results.ClassScore{{Name: script, Examples: 321}}, Examples: []results.Example{
		{Index: 77, Shape: []int{2, 2}, Image: true, Input: []float32{0, 1, 1, 0}, Truth: script, Predicted: "9", Probability: 0.875}}})
	dom, console := browse(t, s.URL())
	assert.Empty(t, troubles(console))
	for _, want := range []string{
		"mlp on digits, kfac</h1>", ">Training<", ">40 of 80<", ">0.375<", "1,234", "669,706", "The same at all evaluations: Damping λ 0.03125; γ: damping of the factors 0.5;", ">ρ: actual over predicted change<", "3 values lie outside",
		"<b>0.75</b>", ">Accuracy<", "Milliseconds of a step, by part", "<b>75</b>", ">0.25<", "(87.5%)", "#77", "<canvas", ">321<", "&lt;script&gt;document.title",
	} {
		assert.Contains(t, dom, want)
	}
	assert.Equal(t, 1, strings.Count(dom, "<script"), "the page's own")
	assert.NotContains(t, dom, "<title>owned")
	assert.Contains(t, dom, "<title>50% mlp on digits, kfac</title>")
}

// TestEmptyPageInBrowser: before the first step, and after a failure without a record.
func TestEmptyPageInBrowser(t *testing.T) {
	browser(t)
	s := listen(t)
	dom, console := browse(t, s.URL())
	assert.Empty(t, troubles(console))
	assert.Contains(t, dom, ">Starting<")
	s.Update(live.Snapshot{Step: 1, Total: 9, Loss: 4.125, Run: fake(0)})
	dom, console = browse(t, s.URL())
	assert.Empty(t, troubles(console))
	assert.Contains(t, dom, ">4.125<", "a run without an evaluation")
	s.End(nil, assert.AnError)
	dom, console = browse(t, s.URL())
	assert.Empty(t, troubles(console))
	assert.Contains(t, dom, ">Failed<")
	assert.Contains(t, dom, "assert.AnError")
}

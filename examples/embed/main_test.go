package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

func TestRun(t *testing.T) {
	var out, logged bytes.Buffer
	dir := t.TempDir()
	require.NoError(t, run(t.Context(), &out, slog.New(slog.NewTextHandler(&logged, nil)), "127.0.0.1:0", dir, false))
	assert.Contains(t, out.String(), `{"class":"inside","sure":true}`)
	assert.Equal(t, 5, strings.Count(logged.String(), "training evaluated"))
	assert.Equal(t, 1, strings.Count(logged.String(), "training ended"))
	assert.FileExists(t, filepath.Join(dir, trainer.ModelFile))
}

func TestRunIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, &bytes.Buffer{}, slog.New(slog.DiscardHandler), "127.0.0.1:0", "", true), context.Canceled)
}

func TestRequests(t *testing.T) {
	s := &service{logger: slog.New(slog.DiscardHandler)}
	ask := func(query string) (int, string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/predict"+query, nil))
		return w.Code, w.Body.String()
	}
	code, _ := ask("?x=0&y=0")
	assert.Equal(t, 503, code)
	require.NoError(t, s.train(t.Context()))
	for query, want := range map[string]int{"?x=0&y=0": 200, "?x=1": 400, "?x=NaN&y=1": 400, "?x=one&y=1": 400} {
		code, text := ask(query)
		assert.Equal(t, want, code, text)
	}
	_, text := ask("?x=0.95&y=0.95")
	assert.Contains(t, text, "outside")
}

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// safeBuffer is a stderr that can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// fetch is a page of the command that writes to stderr.
func fetch(t *testing.T, stderr *safeBuffer, path string) (int, string) {
	t.Helper()
	require.Eventually(t, func() bool { return address.MatchString(stderr.String()) }, 30*time.Second, 5*time.Millisecond)
	answer, err := http.Get(address.FindString(stderr.String()) + path)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

// TestConcurrentLivePage: the page has the run's numbers while it trains, and watching
// changes none of them.
func TestConcurrentLivePage(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "6", "-dropout", "0.2", "-eval-every", "5", "-json", "-progress", "none"}
	whole := filepath.Join(t.TempDir(), "whole")
	plain := execute(append(args, "-max-steps", "300", "-out", whole)...)
	require.Zero(t, plain.status, plain.stderr)

	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	var stdout bytes.Buffer
	stderr := &safeBuffer{}
	done := make(chan int)
	go func() {
		done <- run(ctx, append(args, "-max-steps", "300000", "-out", dir, "-http", "127.0.0.1:0"), &stdout, stderr)
	}()
	status, page := fetch(t, stderr, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "<!DOCTYPE html>")
	assert.Eventually(t, func() bool {
		_, data := fetch(t, stderr, "data.json")
		return regexp.MustCompile(`"test_accuracy"`).MatchString(data) && regexp.MustCompile(`"step":\s*\d{3}`).MatchString(data)
	}, 30*time.Second, 20*time.Millisecond)
	cancel()
	assert.Equal(t, 130, <-done)

	watched := filepath.Join(t.TempDir(), "watched")
	o := execute(append(args, "-max-steps", "300", "-out", watched, "-http", "127.0.0.1:0")...)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, withoutTimes(t, filepath.Join(whole, "result.json")), withoutTimes(t, filepath.Join(watched, "result.json")))
}

// TestServeRuns: kept runs are listed until the command is interrupted, which is its end.
func TestServeRuns(t *testing.T) {
	dir := t.TempDir()
	o := execute("-dataset", blobs(t), "-hidden", "6", "-max-steps", "8", "-progress", "none", "-out", filepath.Join(dir, "one"))
	require.Zero(t, o.status, o.stderr)
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &safeBuffer{}
	done := make(chan int)
	go func() { done <- run(ctx, []string{"-serve", dir}, io.Discard, stderr) }()
	status, _ := fetch(t, stderr, "")
	assert.Equal(t, http.StatusOK, status)
	_, data := fetch(t, stderr, "runs.json")
	assert.Contains(t, data, `"one"`)
	assert.Contains(t, data, "blobs")
	cancel()
	assert.Zero(t, <-done)

	for args, want := range map[string]string{"-serve no-such": "there is none", "-serve= ": "a directory", "-http 256.1.1.1:x -dataset digits": "-http", "-serve . -lr 1": "trains nothing"} {
		o := executeKept(strings.Fields(args)...)
		assert.NotZero(t, o.status, args)
		assert.Contains(t, o.stderr, want, args)
	}
}

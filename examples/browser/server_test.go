//go:build !js

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// some is a site without a program, which takes no building.
func some() site {
	html, policy := page()
	return site{
		"index.html":   {"text/html; charset=utf-8", policy, html},
		"worker.js":    {"text/javascript; charset=utf-8", workerPolicy, asset("worker.js")},
		"wasm_exec.js": {"text/javascript; charset=utf-8", "", []byte("class Go {}")},
	}
}

// serving serves a site until the test ends.
func serving(t *testing.T, s http.Handler) (url string) {
	t.Helper()
	l, err := listen("127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	go func() { ended <- serve(ctx, l, s) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended, "the server ends in order")
	})
	return "http://" + l.Addr().String() + "/"
}

func TestServer(t *testing.T) {
	s := some()
	s["race.wasm"] = file{"application/wasm", "", []byte("\x00asm")}
	url := serving(t, s)
	_, port, err := net.SplitHostPort(strings.Trim(strings.TrimPrefix(url, "http:"), "/"))
	require.NoError(t, err)
	for _, c := range []struct {
		method, path, host string
		status             int
		mime               string
	}{
		{"GET", "", "", 200, "text/html; charset=utf-8"}, {"GET", "index.html", "", 200, "text/html; charset=utf-8"},
		{"GET", "worker.js", "", 200, "text/javascript; charset=utf-8"}, {"GET", "wasm_exec.js", "", 200, "text/javascript; charset=utf-8"},
		{"GET", "race.wasm", "", 200, "application/wasm"}, {"HEAD", "race.wasm", "", 200, "application/wasm"},
		{"GET", "", "localhost:" + port, 200, "text/html; charset=utf-8"}, {"GET", "", "LOCALHOST", 200, "text/html; charset=utf-8"},
		{"GET", "", "[::1]:" + port, 200, "text/html; charset=utf-8"}, {"GET", "", "127.0.0.2", 200, "text/html; charset=utf-8"},
		{"GET", "", "evil.example", 403, ""}, {"GET", "race.wasm", "evil.example:" + port, 403, ""}, {"GET", "", "127.0.0.1.evil.example", 403, ""},
		{"GET", "", "localhost.evil.example", 403, ""}, {"GET", "", "10.0.0.1", 403, ""}, {"GET", "", "[fe80::1]", 403, ""},
		{"POST", "", "", 405, ""}, {"PUT", "race.wasm", "", 405, ""}, {"DELETE", "", "", 405, ""}, {"POST", "", "evil.example", 403, ""},
		{"GET", "favicon.ico", "", 404, ""}, {"GET", "assets/page.js", "", 404, ""}, {"GET", "..%2fmain.go", "", 404, ""}, {"GET", "/", "", 404, ""},
	} {
		request, err := http.NewRequest(c.method, url+c.path, nil)
		require.NoError(t, err)
		request.Host = c.host
		answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		answer.Body.Close()
		assert.Equal(t, c.status, answer.StatusCode, "%s /%s of %s", c.method, c.path, c.host)
		assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
		assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
		if c.status != 200 {
			continue
		}
		assert.Equal(t, c.mime, answer.Header.Get("Content-Type"), c.path)
		want := s["index.html"].content
		if c.path != "" {
			want = s[c.path].content
		}
		assert.EqualValues(t, len(want), answer.ContentLength)
		if c.method == "GET" {
			assert.Equal(t, string(want), string(text), c.path)
		}
	}
}

// TestPageIsOneFile: nothing is from elsewhere, nothing is left to fill in, and the policy allows no more.
func TestPageIsOneFile(t *testing.T) {
	html, policy := page()
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(string(html), -1) {
		assert.Regexp(t, `^data:`, m[1])
	}
	assert.NotRegexp(t, `https?://[^w]|@import|url\(`, string(html), "but for SVG's name space")
	assert.NotContains(t, string(html), "/*S")
	assert.NotContains(t, policy+workerPolicy, "unsafe-inline")
	assert.NotContains(t, policy+workerPolicy, "'unsafe-eval'")
	assert.Equal(t, 1, strings.Count(string(html), "<script"))
	assert.Equal(t, 1, strings.Count(string(html), "<style"))
}

func TestListen(t *testing.T) {
	for addr, want := range map[string]string{
		"8080": "want HOST:PORT", "127.0.0.1": "want HOST:PORT", "127.0.0.1:": "want HOST:PORT", "::1:80:": "want HOST:PORT",
		":0": "other machines would reach", "0.0.0.0:0": "use 127.0.0.1:0", "[::]:0": "other machines", "192.0.2.1:80": "use 127.0.0.1:80", "evil.example:1": "other machines",
		"127.0.0.1:99999": "invalid port",
	} {
		_, err := listen(addr)
		require.ErrorContains(t, err, want, addr)
		assert.NotContains(t, err.Error(), "\n")
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		l, err := listen(addr)
		require.NoError(t, err)
		_, err = listen(l.Addr().String())
		assert.ErrorContains(t, err, "in use")
		l.Close()
	}
}

// TestListenUsual: the usual port if it is free, and another one if it is taken.
func TestListenUsual(t *testing.T) {
	first, err := listen("")
	require.NoError(t, err)
	defer first.Close()
	second, err := listen("")
	require.NoError(t, err)
	defer second.Close()
	assert.NotEqual(t, first.Addr().String(), second.Addr().String())
	assert.True(t, second.Addr().(*net.TCPAddr).IP.IsLoopback())
}

// TestServeEnds: answers under way are finished, as long as that takes no more than a second.
func TestServeEnds(t *testing.T) {
	for _, c := range []struct {
		takes  time.Duration
		status int
	}{{200 * time.Millisecond, 200}, {time.Minute, 0}} {
		l, err := listen("127.0.0.1:0")
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		begun, ended := make(chan bool), make(chan error)
		go func() {
			ended <- serve(ctx, l, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				close(begun)
				select {
				case <-time.After(c.takes):
				case <-r.Context().Done():
				}
			}))
		}()
		got := make(chan int)
		go func() {
			answer, err := http.Get("http://" + l.Addr().String())
			if err != nil {
				got <- 0
				return
			}
			answer.Body.Close()
			got <- answer.StatusCode
		}()
		<-begun
		start := time.Now()
		stop()
		assert.NoError(t, <-ended)
		assert.Equal(t, c.status, <-got)
		assert.Less(t, time.Since(start), 10*time.Second)
		_, err = net.Dial("tcp", l.Addr().String())
		assert.Error(t, err, "nothing is served any more")
	}
}

func TestGuardSetsPolicy(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
	guard(some()).ServeHTTP(w, r)
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "script-src 'sha256-")
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

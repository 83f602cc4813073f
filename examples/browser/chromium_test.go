//go:build !js && !windows

package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chromium is a headless browser with one page, driven by its DevTools protocol over two pipes: JSON texts that end in a
// zero byte.
type chromium struct {
	t        *testing.T
	in       *os.File
	out      *bufio.Reader
	ids      int
	session  string
	troubles []string // of the page's console and its worker's
}

// frame is a message of the protocol, in either direction.
type frame struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// needsChromium is the path of a Chromium, or the test is skipped.
func needsChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("neither chromium, chromium-browser nor google-chrome is in PATH")
	return ""
}

// open shows a page in a Chromium, for at most limit. Scripts run before the page's.
func open(t *testing.T, url string, limit time.Duration, scripts ...string) *chromium {
	t.Helper()
	command := needsChromium(t)
	theirIn, ourIn, err := os.Pipe()
	require.NoError(t, err)
	ourOut, theirOut, err := os.Pipe()
	require.NoError(t, err)
	profile, err := os.MkdirTemp("", "gokfac-chromium-")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	c := exec.CommandContext(ctx, command, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+profile, "--remote-debugging-pipe")
	c.ExtraFiles = []*os.File{theirIn, theirOut} // numbers 3 and 4
	c.WaitDelay = time.Second
	require.NoError(t, c.Start())
	theirIn.Close()
	theirOut.Close()
	b := &chromium{t: t, in: ourIn, out: bufio.NewReader(ourOut)}
	t.Cleanup(func() {
		b.session = "" // the page's session cannot end the browser
		_ = b.send("Browser.close", nil)
		_ = c.Wait() // it is killed when the time is up
		cancel()
		ourIn.Close()
		ourOut.Close()
		// Processes of the browser outlive it by moments and write files into what is being removed.
		for range 50 {
			if err = os.RemoveAll(profile); err == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		assert.NoError(t, err)
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Runtime.enable", "Log.enable", "Page.enable"} {
		b.call(domain, nil, nil)
	}
	b.call("Target.setAutoAttach", map[string]any{"autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true}, nil)
	for _, script := range scripts {
		b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": script}, nil)
	}
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	return b
}

func (b *chromium) send(method string, params any) error {
	b.ids++
	f := frame{ID: b.ids, Session: b.session, Method: method}
	if params != nil {
		text, err := json.Marshal(params)
		if err != nil {
			return err
		}
		f.Params = text
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = b.in.Write(append(text, 0))
	return err
}

// call sends a command and waits for its result. What else arrives is looked through for complaints.
func (b *chromium) call(method string, params, result any) {
	b.t.Helper()
	require.NoError(b.t, b.send(method, params), method)
	for id := b.ids; ; {
		text, err := b.out.ReadBytes(0)
		require.NoError(b.t, err, "%s: the browser has gone, or its time is up", method)
		var f frame
		require.NoError(b.t, json.Unmarshal(text[:len(text)-1], &f))
		if f.ID != id {
			b.hear(f)
			continue
		}
		require.Nil(b.t, f.Error, method)
		if result != nil {
			require.NoError(b.t, json.Unmarshal(f.Result, result))
		}
		return
	}
}

// hear keeps what the console of a page or a worker says, whatever it is: a page without faults is silent.
func (b *chromium) hear(f frame) {
	switch f.Method {
	case "Target.attachedToTarget": // a worker: its console, too
		var p struct{ SessionID string }
		if json.Unmarshal(f.Params, &p) == nil {
			page := b.session
			b.session = p.SessionID
			_, _ = b.send("Runtime.enable", nil), b.send("Log.enable", nil)
			b.session = page
		}
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
		b.troubles = append(b.troubles, string(f.Params))
	}
}

// eval is the value of an expression on the page, as text.
func (b *chromium) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	require.Empty(b.t, string(r.ExceptionDetails), expression)
	return fmt.Sprint(r.Result.Value)
}

// until waits for a condition on the page, so many seconds. It counts looks: a machine that stood still has not waited.
func (b *chromium) until(condition string, seconds int) {
	b.t.Helper()
	for range 20 * seconds {
		if b.eval(condition) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(b.t, "the page has not come to it", "%s\n%s\n%v", condition, b.eval("document.body.innerText"), b.troubles)
}

// look sets the size of the window in CSS pixels, with scale real ones for each, and the colour scheme.
func (b *chromium) look(width, height int, scale float64, scheme string) {
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shoot writes a picture of the whole page.
func (b *chromium) shoot(path string) {
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &r)
	picture, err := base64.StdEncoding.DecodeString(r.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(path, picture, 0o600))
}

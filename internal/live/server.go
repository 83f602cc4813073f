package live

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gokfac/gokfac/internal/results"
)

// Server serves the page of one run. Its methods may be called concurrently.
type Server struct {
	url, note string
	listener  net.Listener
	http      *http.Server
	done      chan struct{} // closed once nothing is served any more
	closing   sync.Once

	mu         sync.Mutex
	now        Snapshot
	losses     losses
	pace       pace
	assessment *results.Assessment
	galleries  int // calls of Gallery
	version    int // calls that changed something
	ended      bool
	ending     string
	problem    string
	asked      time.Time // when a page last asked
	toldEnd    bool      // a page has been told of the end

	making  sync.Mutex // one page's request at a time
	made    []byte
	madeOf  int // version
	madeAt  time.Time
	madeIn  time.Duration
	gallery []byte
	shownOf int // galleries
}

// Listen serves a page at an address, HOST:PORT; port 0 is any that is free. Close ends it.
func Listen(addr string) (*Server, error) {
	l, host, err := listen(addr)
	if err != nil {
		return nil, err
	}
	s := &Server{url: urlOf(host, l), note: noteOf(l), listener: l, done: make(chan struct{}), losses: newLosses()}
	mux := http.NewServeMux()
	mux.Handle("/{$}", newPage("live"))
	mux.HandleFunc("/data.json", s.serveData)
	mux.HandleFunc("/gallery.json", s.serveGallery)
	s.http = newServer(host, l, mux)
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // returns at Close
	}()
	return s, nil
}

// URL is where a browser on this machine finds the page.
func (s *Server) URL() string { return s.url }

// Note is a warning for whoever chose an address that other machines can reach, or empty.
func (s *Server) Note() string { return s.note }

// lastWord is how long Close waits for an open page to ask for the end.
const lastWord = 2 * time.Second

// Close ends the page. One that has asked within the last seconds is first given time to
// be told how the run ended, at most two seconds.
func (s *Server) Close() error {
	var err error
	s.closing.Do(func() {
		for until := time.Now().Add(lastWord); s.unheard() && time.Now().Before(until); {
			time.Sleep(20 * time.Millisecond)
		}
		err = s.http.Close()
		<-s.done
	})
	return err
}

// unheard says whether a page is open that does not know of the end yet.
func (s *Server) unheard() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended && !s.toldEnd && time.Since(s.asked) < 2*lastWord
}

// Times between two answers that are made anew.
const (
	leastRest = 300 * time.Millisecond
	restShare = 20 // × the time that the last one took
)

func (s *Server) serveData(w http.ResponseWriter, _ *http.Request) {
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	at := time.Now()
	s.asked = at
	now, version, ended := s.now, s.version, s.ended
	fresh := s.made == nil || version != s.madeOf && (ended || at.Sub(s.madeAt) > max(leastRest, restShare*s.madeIn))
	var d data
	if fresh {
		d = s.known(at)
	}
	points, span := s.losses.points, s.losses.span
	if fresh {
		points = slices.Clone(points)
	}
	s.mu.Unlock()
	if fresh {
		run := now.Run
		if run == nil && now.Record != nil {
			run = now.Record()
		}
		d.Losses = lossCurveOf(points, span, run)
		d.of(run)
		text, err := json.Marshal(d)
		if err != nil {
			http.Error(w, "the run cannot be shown: "+err.Error(), http.StatusInternalServerError)
			return
		}
		s.made, s.madeOf, s.madeAt, s.madeIn = text, version, at, time.Since(at)
	}
	writeJSON(w, s.made)
	if ended {
		s.mu.Lock()
		s.toldEnd = true
		s.mu.Unlock()
	}
}

func (s *Server) serveGallery(w http.ResponseWriter, _ *http.Request) {
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	a, n := s.assessment, s.galleries
	s.mu.Unlock()
	if s.gallery == nil || n != s.shownOf {
		text, err := json.Marshal(galleryOf(a))
		if err != nil {
			http.Error(w, "the examples cannot be shown: "+err.Error(), http.StatusInternalServerError)
			return
		}
		s.gallery, s.shownOf = text, n
	}
	writeJSON(w, s.gallery)
}

package live

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"
)

// guard refuses requests that no page of this package makes.
type guard struct {
	hosts   map[string]bool // in lower case, without brackets
	anyIP   bool            // bound to all addresses: whatever IP address it is reached by
	handler http.Handler
}

// hostsOf are the names in a Host header by which a listener may be reached.
func hostsOf(given string, bound net.Addr) (hosts map[string]bool, anyIP bool) {
	hosts = map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	if given != "" {
		hosts[strings.ToLower(given)] = true
	}
	tcp, ok := bound.(*net.TCPAddr)
	if !ok {
		return hosts, false
	}
	if tcp.IP.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			hosts[strings.ToLower(name)] = true
		}
		return hosts, true
	}
	hosts[tcp.IP.String()] = true
	return hosts, false
}

func (g *guard) allows(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	if g.hosts[host] {
		return true
	}
	// A name can be pointed to this machine by who owns it; an address cannot.
	_, err := netip.ParseAddr(host)
	return g.anyIP && err == nil
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	switch {
	case !g.allows(r.Host):
		http.Error(w, "this page is not served under that name: open it by the address that was printed", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	default:
		g.handler.ServeHTTP(w, r)
	}
}

// listen opens an address, HOST:PORT.
func listen(addr string) (l net.Listener, host string, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return nil, "", fmt.Errorf("live: address %.60q: want HOST:PORT, such as 127.0.0.1:0, where 0 is any free port", addr)
	}
	if l, err = net.Listen("tcp", addr); err != nil {
		return nil, "", fmt.Errorf("live: address %.60q: %w", addr, err)
	}
	return l, host, nil
}

// urlOf is where a browser on this machine finds a listener.
func urlOf(host string, l net.Listener) string {
	tcp := l.Addr().(*net.TCPAddr)
	if host == "" || tcp.IP.IsUnspecified() {
		host = "127.0.0.1"
		if tcp.IP.To4() == nil && !tcp.IP.Equal(net.IPv6unspecified) {
			host = "::1"
		}
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(tcp.Port)) + "/"
}

// noteOf warns of an address that other machines reach; empty: they do not.
func noteOf(l net.Listener) string {
	if tcp := l.Addr().(*net.TCPAddr); !tcp.IP.IsLoopback() {
		return fmt.Sprintf("the page at port %d is open to other machines, without a password: 127.0.0.1:%[1]d keeps it to this one", tcp.Port)
	}
	return ""
}

// newServer is a server that a slow client cannot hold for long.
func newServer(host string, l net.Listener, handler http.Handler) *http.Server {
	hosts, anyIP := hostsOf(host, l.Addr())
	return &http.Server{
		Handler:           &guard{hosts: hosts, anyIP: anyIP, handler: handler},
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       quiet(), // a broken connection is no concern of who trains
	}
}

package live_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gokfac/gokfac/internal/live"
)

// A trainer tells the page where it is; a browser would show it.
func ExampleListen() {
	page, err := live.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer page.Close()
	page.Update(live.Snapshot{Step: 1, Total: 100, Loss: 2.3, Examples: 512})
	page.End(nil, nil)
	answer, err := http.Get(page.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println(strings.HasPrefix(page.URL(), "http://127.0.0.1:"), answer.Status)
	// Output: true 200 OK
}

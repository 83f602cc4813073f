//go:build js && wasm

// Command browser, built for js/wasm, is the program of the page that the same command serves elsewhere. It runs in a
// worker, takes orders from the page, and tells it how the training goes. Messages are JSON.
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"github.com/gokfac/gokfac/examples/browser/internal/race"
)

func main() {
	worker := js.Global()
	tell := func(m race.Message) {
		text, err := json.Marshal(m)
		if err != nil {
			text, _ = json.Marshal(race.Message{Race: m.Race, Problem: err.Error()})
		}
		worker.Call("postMessage", string(text))
	}
	orders := make(chan race.Orders, 1)
	worker.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var o race.Orders
		if err := json.Unmarshal([]byte(args[0].Get("data").String()), &o); err != nil {
			tell(race.Message{Problem: "the page's orders: " + err.Error()})
			return nil
		}
		select {
		case <-orders: // newer ones replace them
		default:
		}
		orders <- o
		return nil
	}))
	if err := race.Serve(context.Background(), orders, tell); err != nil {
		tell(race.Message{Problem: err.Error()})
	}
}

package distributed_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/distributed"
)

// TestAwaitAsking: a member at work gets answers of the others, of those that are done and of
// one that is at work, and results come whole afterwards.
func TestAwaitAsking(t *testing.T) {
	assert.NoError(t, distributed.Run(3, func(g distributed.Group) error {
		for range 2 {
			var answers [][]byte
			all, err := distributed.AwaitAsking(g, func(ask distributed.Ask) (_ []byte, err error) {
				switch g.Rank() {
				case 0:
					for range 3 {
						if answers, err = ask(); err != nil {
							return nil, err
						}
					}
				case 2:
					time.Sleep(1500 * time.Millisecond) // longer than a sign of life
				}
				return fmt.Append(nil, "result of ", g.Rank()), nil
			}, func() ([]byte, error) { return fmt.Append(nil, "answer of ", g.Rank()), nil })
			if err != nil {
				return err
			}
			assert.Equal(t, "[result of 0 result of 1 result of 2]", fmt.Sprintf("%s", all))
			if g.Rank() == 0 {
				assert.Equal(t, "[answer of 0 answer of 1 answer of 2]", fmt.Sprintf("%s", answers))
			}
		}
		return nil
	}))
}

// TestAwaitAskingFails: an answer that fails is the error of who asks, and of no call.
func TestAwaitAskingFails(t *testing.T) {
	assert.NoError(t, distributed.Run(2, func(g distributed.Group) error {
		_, err := distributed.AwaitAsking(g, func(ask distributed.Ask) ([]byte, error) {
			if g.Rank() == 0 {
				_, err := ask()
				assert.EqualError(t, err, "process 1: no answer")
			}
			return nil, nil
		}, func() ([]byte, error) {
			if g.Rank() == 1 {
				return nil, errors.New("no answer")
			}
			return nil, nil
		})
		return err
	}))
}

package connectors

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// An answer of maxBody takes several times that while it is read and decoded, and a target may send one, packed to a
// thousandth, to every attempt at once. So what is beyond modest is read by few at a time: one of each client, so that
// one target does not keep the others waiting, and largeAtOnce of the whole process.
const (
	modest      = 1 << 20 // bytes
	largeAtOnce = 4
)

// ErrNoRoom says that an answer waited for its turn to be read until its attempt was over.
var ErrNoRoom = errors.New("the answer is large, and others that are large were being read")

// places are turns to read a large answer.
type places chan struct{}

// processPlaces are those of the process, whatever clients it has.
var processPlaces = make(places, largeAtOnce)

func (p places) take(ctx context.Context) error {
	select {
	case p <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoRoom, context.Cause(ctx))
	}
}

// turn is one answer's place, taken once it turns out to be large.
type turn struct {
	ctx  context.Context
	own  places // of the client
	held bool
	once sync.Once
}

// take waits for a place of the client and one of the process, in this order: a request that has the second needs no other.
func (t *turn) take() error {
	if t.held {
		return nil
	}
	if err := t.own.take(t.ctx); err != nil {
		return err
	}
	if err := processPlaces.take(t.ctx); err != nil {
		<-t.own
		return err
	}
	t.held = true
	return nil
}

// end gives the place back. The reader of an answer closes it after it has been made use of.
func (t *turn) end() {
	if !t.held {
		return
	}
	t.once.Do(func() {
		<-processPlaces
		<-t.own
	})
}

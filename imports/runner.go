package imports

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"usher/directory"
)

const (
	workers   = 2 // imports that one process works on at a time
	giveUp    = 5 // failures in a row after which an import is paused
	tidyEvery = time.Minute
)

func (im *Importer) leaseFor() time.Duration { return cmp.Or(im.LeaseFor, 30*time.Second) }
func (im *Importer) poll() time.Duration     { return cmp.Or(im.Poll, time.Second) }

// Run checks and runs imports until ctx ends; then what is under way is decided and recorded, and the rest is left
// for the next Run, of this process or another.
func (im *Importer) Run(ctx context.Context) {
	im.prepare()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { im.serve(ctx) })
	}
	wg.Go(func() { im.tidy(ctx) })
	wg.Wait()
}

func (im *Importer) serve(ctx context.Context) {
	for ctx.Err() == nil {
		lease := im.Instance + "." + directory.NewToken()
		i, ok, err := im.Store.ClaimImport(ctx, lease, im.Now(), im.until())
		if err != nil && ctx.Err() == nil {
			im.Log.Error("cannot look for imports", "err", err)
		}
		if err == nil && ok {
			im.work(ctx, i)
			continue
		}
		select {
		case <-ctx.Done():
		case <-im.wake:
		case <-time.After(im.poll()):
		}
	}
}

// work goes on with an import until nothing is left to do, a person stops it, or another process has it.
func (im *Importer) work(ctx context.Context, i Import) {
	ctx, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() { defer close(renewed); defer stop(); im.renew(ctx, i) }()
	defer func() {
		stop()
		<-renewed
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := im.Store.ReleaseImport(end, i.ID, i.Lease); err != nil {
			im.Log.Error("cannot release an import", "import", i.ID, "err", err)
		}
	}()
	failures := 0
	for ctx.Err() == nil {
		next, over, err := im.step(ctx, i)
		switch {
		case over || errors.Is(err, ErrLost) || err != nil && ctx.Err() != nil:
			return
		case err == nil && next.Position > i.Position:
			failures, i = 0, next
			continue
		case err != nil:
			im.Log.Error("an import does not go on", "import", i.ID, "failures", failures+1, "err", err)
			if failures++; failures >= giveUp && im.halt(ctx, i) {
				return
			}
		}
		if next.ID == i.ID && next.Lease == i.Lease {
			i = next
		}
		select { // rows that are open wait for somebody else, or for better times
		case <-ctx.Done():
		case <-time.After(im.poll() * time.Duration(failures+1)):
		}
	}
}

// step is one batch; over says that the import has nothing to do now.
func (im *Importer) step(ctx context.Context, i Import) (next Import, over bool, err error) {
	switch i.State() {
	case Checking:
		if next, over, err = im.checkNext(ctx, i); over && err == nil {
			err = im.Store.FinishCheck(ctx, i.ID, i.Lease, im.Now())
		}
	case Running:
		if next, over, err = im.runNext(ctx, i); over && err == nil {
			err = im.Store.FinishRun(ctx, i.ID, i.Lease, im.Now())
		}
	default:
		return i, true, nil
	}
	return next, over && err == nil, err
}

// halt pauses an import that cannot go on, so that a person sees it.
func (im *Importer) halt(ctx context.Context, i Import) bool {
	by := directory.Actor{Kind: directory.BySystem}
	return im.Store.MoveImport(ctx, i.ID, Pause, im.change(by, ActionPause, i)) == nil
}

// renew keeps the lease while rows wait for targets. It returns when the lease is lost.
func (im *Importer) renew(ctx context.Context, i Import) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(im.leaseFor() / 3):
		}
		if err := im.Store.RenewImport(ctx, i.ID, i.Lease, im.until()); errors.Is(err, ErrLost) {
			return
		}
	}
}

// wipe does what a process that died, or an older version, has left.
func (im *Importer) wipe(ctx context.Context) error {
	ids, err := im.Store.UnwipedImports(ctx)
	for _, id := range ids {
		err = errors.Join(err, im.Store.WipeImport(ctx, id, im.Now()))
	}
	return err
}

// tidy discards uploads that nobody finishes and rows that have been kept long enough.
func (im *Importer) tidy(ctx context.Context) {
	for {
		now := im.Now()
		err := im.Store.DropUploads(ctx, now.Add(-uploadDead), now, "The upload was cut off, so it was discarded. Upload the file again.")
		err = errors.Join(err, im.Store.PurgeImports(ctx, now.Add(-KeptFor), now.Add(-WaitsFor), now), im.wipe(ctx))
		if err != nil && ctx.Err() == nil {
			im.Log.Error("cannot tidy imports", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyEvery):
		}
	}
}

package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"usher/directory"
)

const (
	batchBytes = 256 << 10        // of cells, written at a time
	signOfLife = 10 * time.Second // a slow upload says that it is alive
	uploadDead = 5 * time.Minute  // one that has not for so long is discarded
)

var errTooLarge = errors.New("file too large")

// counted ends a file that is larger than MaxBytes.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if c.n += int64(n); c.n > MaxBytes {
		return n, errTooLarge
	}
	return n, err
}

// Upload reads a file into the database, a batch of rows at a time. What is wrong with the file is a *directory.Error
// for the field "file"; then nothing of it is kept but a line that says so.
func (im *Importer) Upload(ctx context.Context, fileName string, file io.Reader, by directory.Actor) (Import, error) {
	from := &counted{r: file}
	r, err := Open(from)
	if err != nil {
		return Import{}, spoken(err, 0)
	}
	now := im.Now()
	i := Import{ID: directory.NewID(), FileName: cmp.Or(shortened(fileName), "file.csv"), Header: r.Header, Existing: OnlyCreate, Unknown: RefuseUnknown, Alike: SkipAlike,
		Actor: by, CreatedAt: now, SeenAt: now}
	if err := im.Store.CreateImport(ctx, i); err != nil {
		return i, err
	}
	if err = im.readRows(ctx, &i, r); err == nil {
		i.Size, i.Notes, i.Mapping = from.n, r.Notes, Guess(r.Header, r.first...)
		err = im.Store.FinishUpload(ctx, i, im.change(by, ActionUpload, i))
	}
	if err == nil {
		return i, nil
	}
	err = spoken(err, i.Rows)
	fault := "The upload broke off because of an internal error. Upload the file again."
	if e, ok := errors.AsType[*directory.Error](err); ok {
		fault = e.Message
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return i, errors.Join(err, im.Store.FailImport(end, i.ID, fault, im.Now()))
}

func (im *Importer) readRows(ctx context.Context, i *Import, r *Reader) error {
	var batch []Row
	size, last := 0, im.Now()
	flush := func() error {
		if err := im.Store.AddImportRows(ctx, i.ID, batch, im.Now()); err != nil {
			return err
		}
		i.Rows += int64(len(batch))
		batch, size, last = batch[:0], 0, im.Now()
		return nil
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		batch = append(batch, row)
		for _, c := range row.Cells {
			size += len(c)
		}
		if len(batch) == rowBatch || size > batchBytes || im.Now().Sub(last) > signOfLife {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if i.Rows == 0 {
		return unreadable("The file has a header and no rows below it.")
	}
	return nil
}

// spoken is an error of reading in words. A connection that ends is a cut-off upload.
func spoken(err error, rows int64) error {
	switch {
	case err == nil || directory.CodeOf(err) != "":
		return err
	case errors.Is(err, errTooLarge):
		return unreadable(fmt.Sprintf("The file is larger than %d MiB. Split it and upload the parts one after the other.", MaxBytes>>20))
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled):
		return unreadable(fmt.Sprintf("The upload was cut off after %d rows, so it was discarded. Upload the file again.", rows))
	}
	return fmt.Errorf("read the file: %w", err)
}

const longestName = 200

func shortened(name string) string {
	if r := []rune(name); len(r) > longestName {
		return string(r[:longestName-1]) + "…"
	}
	return name
}

package connectors

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// ErrWrongUTF is an answer in UTF-16. NoAnswer knows it.
var ErrWrongUTF = errors.New("the answer is written in UTF-16")

// markSize is how many bytes the mark of UTF-8 has (Unicode 15 §23.8).
const markSize = 3

// withoutMark takes the byte order mark off an answer, which a reader of JSON may ignore (RFC 8259 §8.1) and Go's does
// not; services written for .NET and the like send it. JSON in UTF-16 cannot be read at all, and says so by its mark.
func withoutMark(resp *http.Response) {
	if resp.Body == nil || resp.Body == http.NoBody || resp.ContentLength == 0 {
		return
	}
	var head [markSize]byte
	n, err := io.ReadFull(resp.Body, head[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	switch {
	case bytes.Equal(head[:n], []byte{0xEF, 0xBB, 0xBF}):
		n = 0
		if resp.ContentLength > 0 {
			resp.ContentLength -= markSize
		}
	case n >= 2 && (head[0] == 0xFE && head[1] == 0xFF || head[0] == 0xFF && head[1] == 0xFE):
		n, err = 0, ErrWrongUTF
	}
	resp.Body = &begun{ReadCloser: resp.Body, head: head, have: n, err: err}
}

// begun is a body whose first bytes were read already.
type begun struct {
	io.ReadCloser
	head      [markSize]byte
	off, have int
	err       error // that came with or after them
}

func (b *begun) Read(p []byte) (int, error) {
	if b.off < b.have {
		n := copy(p, b.head[b.off:b.have])
		b.off += n
		return n, nil
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.ReadCloser.Read(p)
}

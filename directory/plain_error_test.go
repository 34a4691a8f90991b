package directory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlainWords: nothing that Go says to programmers is left in what people read.
func TestPlainWords(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, inUse := net.Listen("tcp", l.Addr().String())
	address := l.Addr().String()
	l.Close()
	_, refused := net.Dial("tcp", address)
	_, missing := os.Open(filepath.Join(t.TempDir(), "none.yaml"))
	_, folder := os.ReadFile(t.TempDir())
	for want, err := range map[string]error{
		"nothing accepts connections at the address " + address: refused, "another program uses the address " + address + " already": inUse,
		"there is no file ": missing, "is a folder, not a file": folder, "it took too long": context.DeadlineExceeded, "it was broken off": context.Canceled,
		"the other side closed the connection": io.ErrUnexpectedEOF, "the host name nowhere.invalid cannot be found": &net.DNSError{Name: "nowhere.invalid", IsNotFound: true},
	} {
		got := PlainWords(fmt.Errorf("outer: %w", err))
		if !strings.Contains(got, want) || strings.Contains(got, "syscall") || strings.Contains(got, "dial tcp") {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if got := PlainWords(errors.New("something of ours")); got != "" {
		t.Errorf("an error of ours: %q", got)
	}
}

package directory

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// PlainWords says in words what the operating system or the network did, for errors that come from outside of Usher
// and reach a person; "" when the error is none of those. The words begin small and end without a full stop.
func PlainWords(err error) string {
	var path *fs.PathError
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "it took too long"
	case errors.Is(err, context.Canceled):
		return "it was broken off"
	case errors.As(err, &dns):
		return "the host name " + dns.Name + " cannot be found"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing accepts connections at the address" + at(err)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the other side closed the connection before it answered"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to the address" + at(err)
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program uses the address" + at(err) + " already"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the other side closed the connection before it answered"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	case errors.As(err, &path) && errors.Is(err, fs.ErrNotExist):
		return "there is no file " + path.Path
	case errors.As(err, &path) && errors.Is(err, fs.ErrPermission):
		return "the file " + path.Path + " may not be opened by this user"
	case errors.As(err, &path) && errors.Is(err, syscall.EISDIR):
		return path.Path + " is a folder, not a file"
	}
	return ""
}

// at is the address that an error of the network is about, after a space.
func at(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr == nil {
		return ""
	}
	return " " + strings.TrimSpace(op.Addr.String())
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are in memory, where time can be made to fly.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// talk sends one request to a bounded handler and gives the status of the answer, 0 when none came.
func talk(t *testing.T, request string, h http.HandlerFunc) (status int) {
	t.Helper()
	l := make(pipes)
	server := newServer(h, slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(l) }()
	client, conn := net.Pipe()
	l <- conn
	fmt.Fprint(client, request)
	resp, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err == nil {
		status = resp.StatusCode
	}
	client.Close()
	close(l)
	_ = server.Close()
	return status
}

func TestSlowBodyIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var err error
		talk(t, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", func(w http.ResponseWriter, r *http.Request) {
			_, err = io.ReadAll(r.Body)
		})
		if err == nil || time.Since(began) != bodyWithin {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// The deadline of the body must not end the work that follows it, such as waiting for a blocking target.
func TestWorkAfterTheBodyGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := talk(t, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			time.Sleep(2 * bodyWithin)
			if r.Context().Err() != nil {
				w.WriteHeader(http.StatusTeapot)
			}
		})
		if status != http.StatusOK {
			t.Errorf("the request was given up: %d", status)
		}
	})
}

func TestAnswersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := talk(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(answerWithin + time.Second)
		})
		if status != 0 {
			t.Errorf("a late answer has status %d", status)
		}
	})
}

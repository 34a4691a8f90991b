package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// An event stream must not hold up a stop.
func TestStreamsEndWithTheServer(t *testing.T) {
	begun := make(chan struct{})
	stopping, stop := context.WithCancel(t.Context())
	h := bounded(stopping, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}))
	done := make(chan struct{})
	go func() {
		defer close(done)
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("Accept", "text/event-stream")
		h.ServeHTTP(httptest.NewRecorder(), req)
	}()
	<-begun
	stop()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("the stream goes on")
	}
}

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
	server := newServer(t.Context(), h, slog.New(slog.DiscardHandler))
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
		for accept, want := range map[string]int{"text/html": 0, "text/event-stream": http.StatusOK} {
			status := talk(t, "GET / HTTP/1.1\r\nHost: x\r\nAccept: "+accept+"\r\n\r\n", func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(answerWithin + time.Second)
			})
			if status != want {
				t.Errorf("%s: a late answer has status %d, want %d", accept, status, want)
			}
		}
	})
}

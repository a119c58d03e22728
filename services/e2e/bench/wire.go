package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// wire is a kept-alive connection that costs this process little: under stress it must not take from the
// server what the server is measured by.
type wire struct {
	conn *tls.Conn
	in   *bufio.Reader
	body []byte
}

// dials bounds how many connections are made at once.
const dials = 8

// wires opens so many connections to the loader's server.
func (l *loader) wires(ctx context.Context, count int) ([]*wire, error) {
	dialer := &tls.Dialer{Config: l.tls()}
	made := make([]*wire, count)
	group, dialing := errgroup.WithContext(ctx)
	group.SetLimit(dials)
	for i := range made {
		group.Go(func() error {
			conn, err := dialer.DialContext(dialing, "tcp", l.host)
			if err != nil {
				return fmt.Errorf("connecting: %w", err)
			}
			made[i] = &wire{conn: conn.(*tls.Conn), in: bufio.NewReaderSize(conn, 4<<10)}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		hangUp(made)
		return nil, err
	}
	return made, nil
}

func hangUp(wires []*wire) {
	for _, w := range wires {
		if w != nil {
			w.conn.Close()
		}
	}
}

// raw is request i of a workload as it goes over a wire.
func (l *loader) raw(work workload, i int) []byte {
	form := work.form(i)
	text := "POST " + work.path + " HTTP/1.1\r\nHost: " + l.host + "\r\nContent-Type: " + formType + "\r\nAccept: " + jsonType + "\r\n"
	if work.authorization != nil {
		text += "Authorization: " + work.authorization(i) + "\r\n"
	}
	return []byte(text + "Content-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form)
}

// answer is what came back; body is good until the next.
type answer struct {
	status     int
	retryAfter string
	body       []byte
}

// ask sends a request and reads its answer.
func (w *wire) ask(request []byte) (answer, error) {
	if err := w.conn.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return answer{}, err
	}
	if _, err := w.conn.Write(request); err != nil {
		return answer{}, fmt.Errorf("sending a request: %w", err)
	}
	found, err := w.read()
	if err != nil {
		return answer{}, fmt.Errorf("reading an answer: %w", err)
	}
	return found, nil
}

func (w *wire) read() (answer, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return answer{}, err
	}
	const status = "HTTP/1.1 200"
	if len(line) < len(status) {
		return answer{}, fmt.Errorf("status line %q", line)
	}
	var found answer
	if found.status, err = strconv.Atoi(string(line[len(status)-3 : len(status)])); err != nil {
		return answer{}, fmt.Errorf("status line %q", line)
	}
	length := -1
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return answer{}, err
		}
		name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
		if !ok {
			break
		}
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return answer{}, fmt.Errorf("Content-Length %q", value)
			}
		case "Retry-After":
			found.retryAfter = string(value)
		case "Connection":
			return answer{}, fmt.Errorf("status %d with Connection: %s", found.status, value)
		}
	}
	if length < 0 || length > answerLimit {
		return answer{}, errors.New("it has no usable Content-Length")
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	found.body = w.body[:length]
	_, err = io.ReadFull(w.in, found.body)
	return found, err
}

// served tells whether an answer is good, or refuses as documented; another is an error.
func (a answer) served(work workload, i int) (bool, error) {
	switch a.status {
	case http.StatusOK:
		return true, work.check(i, a.body)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if a.retryAfter != "" {
			return false, nil
		}
	}
	return false, fmt.Errorf("%s answered %d, Retry-After %q: %s", work.path, a.status, a.retryAfter, a.body)
}

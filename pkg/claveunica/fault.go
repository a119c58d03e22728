package claveunica

import (
	"io"
	"net/http"
	"strings"
)

// Fault is how userinfo misbehaves.
type Fault int32

const (
	// NoFault answers as it should.
	NoFault Fault = iota
	// Slow never answers: it waits until the caller gives up.
	Slow
	// Away answers 503.
	Away
	// Reset breaks the connection.
	Reset
	// NoRUT leaves RolUnico out.
	NoRUT
	// WrongDigit tells a RUT whose check digit is wrong.
	WrongDigit
	// Garbage answers something that is not JSON.
	Garbage
	// Huge answers more than 64 KiB.
	Huge
	// Redirect sends the caller elsewhere.
	Redirect
)

// hugeAnswer is the size of the answer of Huge, in bytes.
const hugeAnswer = 1 << 20

// SetFault makes userinfo misbehave from now on.
func (e *Emulator) SetFault(f Fault) { e.fault.Store(int32(f)) }

// misbehave answers in the way of the fault, if it is one that leaves no right answer.
func (f Fault) misbehave(w http.ResponseWriter, r *http.Request) bool {
	switch f {
	case Slow:
		_, _ = io.Copy(io.Discard, r.Body) // only then is the end of the connection noticed
		<-r.Context().Done()
	case Away:
		http.Error(w, "offline", http.StatusServiceUnavailable)
	case Reset:
		panic(http.ErrAbortHandler)
	case Garbage:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "<html>")
	case Huge:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"filler":"`+strings.Repeat("a", hugeAnswer)+`"}`)
	case Redirect:
		http.Redirect(w, r, UserinfoPath+"/", http.StatusTemporaryRedirect)
	default:
		return false
	}
	return true
}

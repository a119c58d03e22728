// Package smppfake is a short message centre for tests, which speaks as much of SMPP 3.4 as Kannel needs. It shows messages as they would go
// on to phones, and tells of them what a test wants.
package smppfake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
)

// Commands of SMPP 3.4, 5.1.2.1, of which answers have the highest bit.
const (
	bindReceiver    = 0x01
	bindTransmitter = 0x02
	submitSM        = 0x04
	deliverSM       = 0x05
	unbind          = 0x06
	bindTransceiver = 0x09
	enquireLink     = 0x15
	answers         = 0x80000000
	notUnderstood   = 0x03 // a status
)

// maxPDU bounds what is read, in bytes.
const maxPDU = 64 << 10

// Fate is what becomes of a message.
type Fate struct {
	// Status is the answer to it, 0 for taken (5.1.3).
	Status uint32
	// State is told in a delivery receipt, as "DELIVRD" or "UNDELIV" (appendix B); empty for no receipt.
	State string
}

// Server is a centre.
type Server struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu        sync.Mutex
	fate      Fate
	held      chan struct{} // closed by Release; nil when nothing is held
	submitted []Submit
	conns     map[net.Conn]bool
	closed    bool
}

// New starts a centre for a test, which ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{listener: listener, fate: Fate{State: "DELIVRD"}, conns: make(map[net.Conn]bool)}
	s.serving.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

// Port is where it listens, on the loopback interface.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Fate sets what becomes of the next messages; without, they are delivered.
func (s *Server) Fate(fate Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fate = fate
}

// Hold keeps messages without an answer until Release, as a centre that is busy.
func (s *Server) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = make(chan struct{})
}

// Release ends what Hold began.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		close(s.held)
		s.held = nil
	}
}

// Submitted are the messages so far, in their order.
func (s *Server) Submitted() []Submit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Submit(nil), s.submitted...)
}

func (s *Server) close() {
	s.listener.Close()
	s.Release()
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[conn] = true
		closed := s.closed
		s.mu.Unlock()
		if closed {
			conn.Close()
			return
		}
		s.serving.Go(func() {
			s.serve(conn) //nolint:errcheck // Kannel connects again
			conn.Close()
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.conns, conn)
		})
	}
}

// serve answers on one connection until it ends.
func (s *Server) serve(conn net.Conn) error {
	for receipts := uint32(1); ; {
		command, sequence, body, err := read(conn)
		if err != nil {
			return err
		}
		switch command {
		case bindReceiver, bindTransmitter, bindTransceiver:
			err = write(conn, command|answers, 0, sequence, []byte("centre\x00"))
		case enquireLink, unbind:
			err = write(conn, command|answers, 0, sequence, nil)
		case submitSM:
			var receipt []byte
			receipt, err = s.submit(conn, sequence, body)
			if err == nil && receipt != nil {
				err = write(conn, deliverSM, 0, receipts, receipt)
				receipts++
			}
		case deliverSM | answers:
		default:
			err = write(conn, answers, notUnderstood, sequence, nil)
		}
		if err != nil {
			return err
		}
	}
}

// submit takes a message, and returns the receipt that tells of it.
func (s *Server) submit(conn net.Conn, sequence uint32, body []byte) ([]byte, error) {
	message, err := decode(body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held != nil {
		<-held
	}
	s.mu.Lock()
	fate := s.fate
	s.submitted = append(s.submitted, message)
	id := strconv.Itoa(len(s.submitted))
	s.mu.Unlock()
	if fate.Status != 0 {
		return nil, write(conn, submitSM|answers, fate.Status, sequence, nil)
	}
	if err := write(conn, submitSM|answers, 0, sequence, []byte(id+"\x00")); err != nil {
		return nil, err
	}
	if fate.State == "" || message.RegisteredDelivery == 0 {
		return nil, nil
	}
	return receipt(message, fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:%s err:000 text:", id, fate.State)), nil
}

func read(conn net.Conn) (command, sequence uint32, body []byte, err error) {
	header := make([]byte, 16)
	if _, err := io.ReadFull(conn, header); err != nil {
		return 0, 0, nil, err
	}
	length := binary.BigEndian.Uint32(header)
	if length < 16 || length > maxPDU {
		return 0, 0, nil, errors.New("a PDU of an impossible length")
	}
	body = make([]byte, length-16)
	_, err = io.ReadFull(conn, body)
	return binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[12:]), body, err
}

func write(conn net.Conn, command, status, sequence uint32, body []byte) error {
	pdu := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	pdu = binary.BigEndian.AppendUint32(pdu, command)
	pdu = binary.BigEndian.AppendUint32(pdu, status)
	pdu = binary.BigEndian.AppendUint32(pdu, sequence)
	_, err := conn.Write(append(pdu, body...))
	return err
}

package smppfake

import (
	"bytes"
	"errors"
)

// Submit is a message as Kannel hands it on (SMPP 3.4, 4.4.1).
type Submit struct {
	Source, Destination string
	// ESMClass has 0x40 where the data begins with a header.
	ESMClass           byte
	ProtocolID         byte
	Validity           string
	RegisteredDelivery byte
	DataCoding         byte
	Data               []byte
}

var errShort = errors.New("a submit_sm that ends too early")

// fields reads those of a PDU.
type fields struct {
	rest []byte
	err  error
}

func (f *fields) text() string {
	end := bytes.IndexByte(f.rest, 0)
	if end < 0 {
		f.err, f.rest = errShort, nil
		return ""
	}
	text := string(f.rest[:end])
	f.rest = f.rest[end+1:]
	return text
}

func (f *fields) octet() byte {
	if len(f.rest) == 0 {
		f.err = errShort
		return 0
	}
	octet := f.rest[0]
	f.rest = f.rest[1:]
	return octet
}

func (f *fields) data(length int) []byte {
	if len(f.rest) < length {
		f.err = errShort
		return nil
	}
	return f.rest[:length]
}

func decode(body []byte) (Submit, error) {
	f := &fields{rest: body}
	var s Submit
	f.text() // service_type
	f.octet()
	f.octet()
	s.Source = f.text()
	f.octet()
	f.octet()
	s.Destination = f.text()
	s.ESMClass = f.octet()
	s.ProtocolID = f.octet()
	f.octet() // priority_flag
	f.text()  // schedule_delivery_time
	s.Validity = f.text()
	s.RegisteredDelivery = f.octet()
	f.octet() // replace_if_present
	s.DataCoding = f.octet()
	f.octet() // sm_default_msg_id
	s.Data = f.data(int(f.octet()))
	return s, f.err
}

// receipt is the body of a deliver_sm that tells of a message.
func receipt(s Submit, text string) []byte {
	body := []byte{0}                                     // service_type
	body = append(append(body, 1, 1), s.Destination...)   // from whom
	body = append(append(body, 0, 0, 1), s.Source...)     // to whom
	body = append(body, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0)  // esm_class says that it is a receipt
	return append(append(body, byte(len(text))), text...) // short_message
}

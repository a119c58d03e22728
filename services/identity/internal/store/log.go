package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// Act is the author's part of an entry in the access log.
type Act struct {
	// Actor is "client:" and an identifier, "peer:" and a role, or an operator's name.
	Actor string
	// Name is the name of the RPC.
	Name string
	// Trace is the trace that the call is part of, or empty.
	Trace string
}

// Detail is what an entry says beside who did what to whom. It holds no personal data.
type Detail struct {
	// OnBehalfOf is for whom the caller acted, when not for itself.
	OnBehalfOf string
	// Fields are those that were read or changed.
	Fields []string
	// Purpose is why.
	Purpose string
	// Trace is the trace that the call is part of.
	Trace string
	// More are further members, such as the folios of cards; at most a few, in their order.
	More []Member
}

// Member is a member of a JSON object whose value is a text.
type Member struct{ Name, Value string }

// JSON is the detail as the log has it: an object without the members that are empty.
func (d Detail) JSON() []byte {
	out := append(make([]byte, 0, 256), '{')
	text := func(name, value string) {
		if value == "" {
			return
		}
		out = auditlog.AppendString(separate(out), name)
		out = auditlog.AppendString(append(out, ':'), value)
	}
	text("on_behalf_of", d.OnBehalfOf)
	if len(d.Fields) > 0 {
		out = append(separate(out), `"fields":[`...)
		for i, field := range d.Fields {
			if i > 0 {
				out = append(out, ',')
			}
			out = auditlog.AppendString(out, field)
		}
		out = append(out, ']')
	}
	text("purpose", d.Purpose)
	text("trace", d.Trace)
	for _, member := range d.More {
		text(member.Name, member.Value)
	}
	return append(out, '}')
}

// DetailOf reads the detail of an entry's text, without its further members. One that was damaged says nothing.
func DetailOf(text string) Detail {
	var entry struct {
		Detail struct {
			OnBehalfOf string   `json:"on_behalf_of"`
			Fields     []string `json:"fields"`
			Purpose    string   `json:"purpose"`
			Trace      string   `json:"trace"`
		} `json:"detail"`
	}
	if json.Unmarshal([]byte(text), &entry) != nil {
		return Detail{}
	}
	d := entry.Detail
	return Detail{OnBehalfOf: d.OnBehalfOf, Fields: d.Fields, Purpose: d.Purpose, Trace: d.Trace}
}

func separate(out []byte) []byte {
	if len(out) > 1 {
		return append(out, ',')
	}
	return out
}

// record enters a change in its transaction. target is the person's pseudonym, or what else was changed.
func (s *Store) record(ctx context.Context, tx *sql.Tx, act Act, target string, detail Detail) error {
	detail.Trace = act.Trace
	return auditlog.Append(ctx, tx, auditlog.Entry{
		At: s.now(), Actor: act.Actor, Act: act.Name, Target: target, Detail: detail.JSON(),
	})
}

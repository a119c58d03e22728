package identity

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// rowError says what is wrong with a member of a row, or with the row when there is no field, without the value.
type rowError struct{ field, reason string }

func (e *rowError) Error() string { return e.field + ": " + e.reason }

// textOf is where a member that is a text goes.
type textOf struct {
	name string
	to   *string
}

// texts reads texts, and stops at the first that is none.
func (m rowMembers) texts(all ...textOf) error {
	for _, one := range all {
		text, err := m.text(one.name)
		if err != nil {
			return err
		}
		*one.to = text
	}
	return nil
}

func (m rowMembers) flag(name string) (bool, error) {
	switch string(m.value(name)) {
	case "true", `"true"`, `"1"`:
		return true, nil
	case "", "null", `""`, "false", `"false"`, `"0"`:
		return false, nil
	}
	return false, &rowError{name, "must be true or false"}
}

// moment reads a time, or a day for its begin in UTC.
func (m rowMembers) moment(name string) (*timestamppb.Timestamp, error) {
	text, err := m.text(name)
	if err != nil || text == "" {
		return nil, err
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return timestamppb.New(at), nil
		}
	}
	return nil, &rowError{name, "must be a time as 2006-01-02T15:04:05Z, or a day as 2006-01-02"}
}

// statement reads the members that all statements have.
func (m rowMembers) statement() (*identityv1.Statement, error) {
	st := &identityv1.Statement{}
	err := m.texts(textOf{"source", &st.Source}, textOf{"reference", &st.Reference})
	if err == nil {
		st.ValidFrom, err = m.moment("valid_from")
	}
	if err == nil {
		st.ValidTo, err = m.moment("valid_to")
	}
	return st, err
}

// inRow turns what is wrong with a message made of a row into what is wrong with the row. members are those that the
// elements of lists came from, by the beginnings of their paths.
func inRow(err error, members map[string]string) error {
	fields := rpcerr.Fields(err)
	if err == nil || len(fields) == 0 {
		return err
	}
	field, reason := fields[0].Field, fields[0].Description
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_MISSING {
		reason = "is required"
	}
	for path, member := range members {
		if strings.HasPrefix(field, path) {
			return &rowError{member, reason}
		}
	}
	return &rowError{field[strings.LastIndexByte(field, '.')+1:], reason}
}

// element is the path of an element of a list.
func element(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

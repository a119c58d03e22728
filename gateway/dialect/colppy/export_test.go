package colppy

import (
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = []dialect.Fields{
		openFields, developerFields, checkFields, closeFields, organisationsFields, organisationFields, createFields, updateFields, readFields, unchangedFields, customersFields,
		benefitsFields, profileFields, sendFields, sentFields,
	}
	OrganisationColumns = organisationColumns
	CustomerColumns     = customerColumns
	PaymentTerms        = paymentTerms
	VatConditions       = vatConditions
	Statuses            = statuses
	Channels            = channels
	Outcomes            = outcomes
)

// Parts are what an answer says.
func (a answer) Parts() (Estado, string, int) { return a.estado, a.text, a.strict }

// Path is the domain's name of a column.
func (c column) Path() string { return c.path }

// Query is what a request asks of a list.
func (c columns) Query(in list) (*sessionv1.ListQuery, error) { return c.query(in) }

// Sound registers a service, and tells whether it can be served.
func Sound(service *grpc.ServiceDesc) error {
	o := &operations{byName: make(map[name]*operation)}
	o.RegisterService(service, nil)
	return o.err()
}

// Decode reads a body into the request of the operation that it names; nil when it names none.
func Decode(body io.Reader) (proto.Message, error) {
	in, err := readRequest(body)
	if err != nil {
		return nil, err
	}
	served, err := newOperations(nil, nil)
	if err != nil {
		return nil, err
	}
	op := served.byName[in.name]
	if op == nil {
		return nil, nil
	}
	of, err := protoregistry.GlobalTypes.FindMessageByName(op.input.FullName())
	if err != nil {
		return nil, err
	}
	m := of.New().Interface()
	return m, in.decode(m)
}

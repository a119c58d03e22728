package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// CreatePerson enters a person.
type CreatePerson struct {
	Key            string   `arg:"" help:"The key under which the institution knows the person; nobody else's in the data set."`
	GivenNames     string   `arg:"" help:"The given names."`
	Surname        string   `help:"The first surname."`
	SecondSurname  string   `help:"The second surname."`
	Born           string   `help:"The date of birth." placeholder:"2006-01-31"`
	Identifier     []string `help:"A national identifier: rut=…, curp=…, cpf=…, cuit=… or dni=…; may be repeated. Check digits are checked." placeholder:"KIND=VALUE" sep:"none"`
	Contact        []string `help:"An address: email=…, phone=… or postal=…; may be repeated, the preferred one of a kind first." placeholder:"KIND=VALUE" sep:"none"`
	Photo          string   `help:"The https address of the photograph." placeholder:"URL"`
	PhotoAccepted  bool     `help:"The institution has accepted the photograph."`
	MobileIdentity bool     `help:"The person carries the identity on a mobile device."`
	Attributes     string   `help:"A file with free members as a JSON object (- for standard input)." placeholder:"FILE"`
	World
}

// Run does it.
func (c CreatePerson) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	person, err := personLists(in, c.Identifier, c.Contact, c.Attributes)
	if err != nil {
		return err
	}
	person.DataSet, person.UniqueKey, person.GivenNames, person.FirstSurname, person.SecondSurname = c.set(), c.Key, c.GivenNames, c.Surname, c.SecondSurname
	person.BirthDate, person.PhotoUrl, person.PhotoAccepted, person.MobileIdentity = c.Born, c.Photo, c.PhotoAccepted, c.MobileIdentity
	made, err := identityv1.NewPersonServiceClient(conn).CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
	if err != nil {
		return err
	}
	return showPerson(out, made, made.GetPerson())
}

// personLists reads the flags that are lists, or a file, into a person.
func personLists(in Input, identifiers, contacts []string, attributes string) (*identityv1.Person, error) {
	person := &identityv1.Person{}
	var err error
	if person.Identifiers, err = identifiersOf(identifiers); err != nil {
		return nil, err
	}
	if person.Contacts, err = contactsOf(contacts); err != nil {
		return nil, err
	}
	person.Attributes, err = in.object(attributes)
	return person, err
}

func identifiersOf(texts []string) ([]*identityv1.Identifier, error) {
	var identifiers []*identityv1.Identifier
	for _, text := range texts {
		kind, value, err := kindValue(text, identityv1.IdentifierKind_value, identifierPrefix)
		if err != nil {
			return nil, err
		}
		identifiers = append(identifiers, &identityv1.Identifier{Kind: identityv1.IdentifierKind(kind), Value: value})
	}
	return identifiers, nil
}

func contactsOf(texts []string) ([]*identityv1.Contact, error) {
	var contacts []*identityv1.Contact
	for _, text := range texts {
		kind, value, err := kindValue(text, identityv1.ContactKind_value, contactPrefix)
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, &identityv1.Contact{Kind: identityv1.ContactKind(kind), Value: value})
	}
	return contacts, nil
}

// object reads a JSON object from the file that a flag names; nil when the flag was not given.
func (i Input) object(name string) (*structpb.Struct, error) {
	text, err := i.read(name)
	if err != nil || text == "" {
		return nil, err
	}
	object := &structpb.Struct{}
	if err := protojson.Unmarshal([]byte(text), object); err != nil {
		return nil, fmt.Errorf("%w: %s is no JSON object", ErrUsage, name)
	}
	return object, nil
}

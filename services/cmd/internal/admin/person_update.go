package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// UpdatePerson changes a person. Flags that are not given stay nil.
type UpdatePerson struct {
	PersonID
	Key            *string  `help:"The key under which the institution knows the person."`
	GivenNames     *string  `help:"The given names."`
	Surname        *string  `help:"The first surname; empty for none."`
	SecondSurname  *string  `help:"The second surname; empty for none."`
	Born           *string  `help:"The date of birth; empty for unknown." placeholder:"2006-01-31"`
	Identifier     []string `help:"A national identifier, instead of all that there are; may be repeated." placeholder:"KIND=VALUE" sep:"none"`
	Contact        []string `help:"An address, instead of all that there are; may be repeated." placeholder:"KIND=VALUE" sep:"none"`
	Photo          *string  `help:"The https address of the photograph; empty for none." placeholder:"URL"`
	PhotoAccepted  *bool    `help:"The institution has accepted the photograph, or no longer." negatable:""`
	MobileIdentity *bool    `help:"The person carries the identity on a mobile device, or no longer." negatable:""`
	Attributes     string   `help:"A file with free members as a JSON object, instead of those there are (- for standard input)." placeholder:"FILE"`
	Clear          []string `help:"Take away all of these; may be repeated: ${enum}." enum:"identifiers,contacts,attributes" placeholder:"WHAT"`
	IfVersion      int64    `help:"Only if this is the present version; refused when somebody was faster." placeholder:"N"`
	Reason         string   `help:"Why; for the log. Say when the person asked for a rectification." placeholder:"WHY"`
}

// Validate is called when the command line was read.
func (c UpdatePerson) Validate() error {
	for what, given := range map[string]bool{"identifiers": c.Identifier != nil, "contacts": c.Contact != nil, "attributes": c.Attributes != ""} {
		if given && slices.Contains(c.Clear, what) {
			return fmt.Errorf("--clear %s contradicts another flag", what)
		}
	}
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

// paths are the fields of the contract that flags were given for.
func (c UpdatePerson) paths() []string {
	cleared := func(what string) bool { return slices.Contains(c.Clear, what) }
	var paths []string
	for _, field := range []struct {
		path    string
		changed bool
	}{
		{"unique_key", c.Key != nil},
		{"given_names", c.GivenNames != nil},
		{"first_surname", c.Surname != nil},
		{"second_surname", c.SecondSurname != nil},
		{"birth_date", c.Born != nil},
		{"identifiers", c.Identifier != nil || cleared("identifiers")},
		{"contacts", c.Contact != nil || cleared("contacts")},
		{"photo_url", c.Photo != nil},
		{"photo_accepted", c.PhotoAccepted != nil},
		{"mobile_identity", c.MobileIdentity != nil},
		{"attributes", c.Attributes != "" || cleared("attributes")},
	} {
		if field.changed {
			paths = append(paths, field.path)
		}
	}
	return paths
}

// Run does it.
func (c UpdatePerson) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	person, err := personLists(in, c.Identifier, c.Contact, c.Attributes)
	if err != nil {
		return err
	}
	person.PersonId, person.Version, person.UniqueKey, person.GivenNames = c.ID, c.IfVersion, orZero(c.Key), orZero(c.GivenNames)
	person.FirstSurname, person.SecondSurname, person.BirthDate = orZero(c.Surname), orZero(c.SecondSurname), orZero(c.Born)
	person.PhotoUrl, person.PhotoAccepted, person.MobileIdentity = orZero(c.Photo), orZero(c.PhotoAccepted), orZero(c.MobileIdentity)
	answer, err := identityv1.NewPersonServiceClient(conn).UpdatePerson(ctx, &identityv1.UpdatePersonRequest{
		Person: person, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()}, Reason: c.Reason,
	})
	if err != nil {
		return err
	}
	return showPerson(out, answer, answer.GetPerson())
}

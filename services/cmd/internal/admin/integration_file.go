package admin

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

const requirementPrefix = "REQUIREMENT_"

// integrationHelp shows a file.
const integrationHelp = `The file is YAML or JSON, with the members of the message Integration in the contract (ventanilla/session/v1/integration.proto); docs/integrations.md explains them:

  name: Logins of the clinic
  static_headers:
    - {name: X-Api-Key, value: …}
  authorization:                       # a token that is fetched before
    url: https://clinic.example/oauth/token
    parameters:
      - {name: grant_type, value: client_credentials}
  login:
    url: https://clinic.example/login
    parameters:
      - {name: user, value: "{login}"}
      - {name: password, value: "{password}"}
  attributes:
    - {name: plan, requirement: mandatory}
  unique_key_attribute: cpf
  security_headers: [X-Session]

Values of headers and parameters are stored sealed and never shown: keep the file where secrets belong, or pass it on standard input.`

// setElsewhere are what no file has, with what sets it.
var setElsewhere = map[protoreflect.Name]string{
	"integration_key": "the platform gives it",
	"data_set":        "it is the client's; see --data-set of create",
	"client_id":       "give --client-id to create; it never changes",
	"disabled":        "give --disabled or --no-disabled to update",
	"created_at":      "the platform sets it",
	"updated_at":      "the platform sets it",
}

// integration reads a file with an integration, and names the fields that it has.
func (i Input) integration(name string) (*sessionv1.Integration, []string, error) {
	text, err := i.read(name)
	if err != nil {
		return nil, nil, err
	}
	integration := &sessionv1.Integration{}
	if err := catalogfile.ReadMessage(name, []byte(text), integration); err != nil {
		return nil, nil, fmt.Errorf("%w: the file cannot be read (docs/integrations.md says how it is written):\n%w", ErrUsage, err)
	}
	var paths []string
	var fault error
	integration.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if why, is := setElsewhere[field.Name()]; is {
			fault = fmt.Errorf("%w: %s: leave %s out: %s", ErrUsage, name, field.Name(), why)
		}
		paths = append(paths, string(field.Name()))
		return fault == nil
	})
	return integration, paths, fault
}

// integrationFile is an integration as a file.
func integrationFile(integration *sessionv1.Integration) ([]byte, error) {
	written := proto.CloneOf(integration)
	for name := range setElsewhere {
		written.ProtoReflect().Clear(written.ProtoReflect().Descriptor().Fields().ByName(name))
	}
	return catalogfile.WriteMessage(written)
}

func names(values []*sessionv1.NamedValue) string {
	var all []string
	for _, value := range values {
		all = append(all, value.GetName())
	}
	return strings.Join(all, " ")
}

func attributesText(attributes []*sessionv1.Attribute) string {
	var all []string
	for _, a := range attributes {
		all = append(all, a.GetName()+" ("+word(a.GetRequirement(), requirementPrefix)+")")
	}
	return strings.Join(all, ", ")
}

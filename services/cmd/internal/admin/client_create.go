package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// CreateClient registers a client.
type CreateClient struct {
	Name                   string            `arg:"" help:"A name for people."`
	Family                 string            `help:"The partner family: cmp, tuidd, …; internal clients may have native." required:"" placeholder:"FAMILY"`
	Kind                   string            `help:"What it is for: ${enum}." enum:"partner,resource-server,widget,internal" default:"partner"`
	DataSet                string            `help:"The world of data whose client it is, for good: ${enum}." enum:"production,staging" default:"production"`
	Scope                  []string          `help:"A scope it may ask for; may be repeated." placeholder:"SCOPE"`
	Audience               []string          `help:"A resource server, by client id, that may introspect its tokens; may be repeated." placeholder:"ID"`
	TokenLife              time.Duration     `help:"How long its tokens live (1m to 17520h)." default:"1h"`
	TokenAlgorithm         string            `help:"What its tokens are signed with: ${enum}." enum:"RS256,ES256,EdDSA" default:"RS256"`
	Origin                 []string          `help:"For a widget: the origin of a page that may show it, https://www.example.cl (http for loopback hosts only); may be repeated." placeholder:"ORIGIN"`
	PublicKeys             string            `help:"A JSON Web Key Set with its public keys (- for standard input). It then authenticates by private_key_jwt and gets no secret." placeholder:"FILE"`
	Rate                   float64           `help:"At most so many calls a second, over all its credentials." placeholder:"N"`
	Burst                  int32             `help:"With --rate: how many of them may come at once; the rate, rounded up, when not given." placeholder:"N"`
	ResourceScope          []string          `help:"For a resource server: a scope that concerns it; may be repeated." placeholder:"SCOPE"`
	IntrospectsAll         bool              `help:"For a resource server: it may introspect every client's tokens."`
	PersonalData           bool              `help:"For a resource server: it may learn whose token it is."`
	IntrospectionAlgorithm string            `help:"What signed introspection answers to it are signed with: RS256, ES256 or EdDSA." enum:",RS256,ES256,EdDSA" default:"" placeholder:"ALG"`
	Member                 map[string]string `help:"A member that introspection adds for its tokens; may be repeated." placeholder:"NAME=VALUE" mapsep:"none"`
}

// Help explains widgets.
func (CreateClient) Help() string {
	return `A widget (--kind widget) is shown by the pages of a partner: its id is the document's apiKey, its secret the secretKey. Calls come from the origins that are registered for it with --origin, and from no others; the secret belongs on the partner's server, never into a page.`
}

// Validate is called when the command line was read.
func (c CreateClient) Validate() error { return checkLimit(c.Rate, c.Burst) }

// Run does it.
func (c CreateClient) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	keys, err := in.read(c.PublicKeys)
	if err != nil {
		return err
	}
	made, err := authv1.NewClientServiceClient(conn).CreateClient(ctx, &authv1.CreateClientRequest{Client: &authv1.Client{
		Name: c.Name, Family: c.Family, Kind: kindNamed(c.Kind), DataSet: dataSetNamed(c.DataSet), Scopes: c.Scope, Audiences: c.Audience,
		TokenLife: durationpb.New(c.TokenLife), ResourceScopes: c.ResourceScope,
		IntrospectsAll: c.IntrospectsAll, PersonalData: c.PersonalData, IntrospectionMembers: membersOf(c.Member),
		TokenAlgorithm: algorithmNamed(c.TokenAlgorithm), IntrospectionAlgorithm: algorithmNamed(c.IntrospectionAlgorithm),
		PublicKeys: keys, Limit: limitOf(c.Rate, c.Burst), Origins: c.Origin,
	}})
	if err != nil {
		return err
	}
	if made := made.GetClient(); dataSetName(made.GetDataSet()) != c.DataSet {
		return fmt.Errorf("an auth of the release before knows no data sets and made %s a client of production: "+
			"end it with `client delete %s`, and repeat this once every replica is upgraded", made.GetClientId(), made.GetClientId())
	}
	if len(c.Origin) > 0 && len(made.GetClient().GetOrigins()) == 0 {
		return fmt.Errorf("an auth of the release before knows no origins and left those of %s out: "+
			"repeat them with `client update %s --origin …` once every replica is upgraded", made.GetClient().GetClientId(), made.GetClient().GetClientId())
	}
	return showClient(out, made, made.GetClient(), made.GetClientSecret())
}

func kindNamed(name string) authv1.ClientKind {
	return authv1.ClientKind(authv1.ClientKind_value["CLIENT_KIND_"+strings.ReplaceAll(strings.ToUpper(name), "-", "_")])
}

func dataSetNamed(name string) authv1.DataSet {
	return authv1.DataSet(authv1.DataSet_value["DATA_SET_"+strings.ToUpper(name)])
}

func algorithmNamed(name string) authv1.SignatureAlgorithm {
	return authv1.SignatureAlgorithm(authv1.SignatureAlgorithm_value["SIGNATURE_ALGORITHM_"+strings.ToUpper(name)])
}

func membersOf(texts map[string]string) *structpb.Struct {
	members := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for name, value := range texts {
		members.Fields[name] = structpb.NewStringValue(value)
	}
	return members
}

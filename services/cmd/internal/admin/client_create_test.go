package admin

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// registry registers clients; in the data set that is asked for, unless it is of the release that knew none.
type registry struct {
	authv1.UnimplementedClientServiceServer
	before bool
}

func (r *registry) CreateClient(_ context.Context, in *authv1.CreateClientRequest) (*authv1.CreateClientResponse, error) {
	client := &authv1.Client{ClientId: "c1", Name: in.GetClient().GetName(), DataSet: in.GetClient().GetDataSet()}
	if r.before {
		client.DataSet = authv1.DataSet_DATA_SET_UNSPECIFIED
	}
	return &authv1.CreateClientResponse{Client: client, ClientSecret: "s3cret"}, nil
}

func (r *registry) connect(t *testing.T) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer()
	authv1.RegisterClientServiceServer(server, r)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///auth", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return conn
}

func TestAClientIsOfTheDataSetThatWasAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		auth  registry
		args  []string
		shown string // what is shown, or the error has
		fails bool
	}{
		"usual":                            {registry{}, nil, "data set                 production\n", false},
		"staging":                          {registry{}, []string{"--data-set=staging"}, "data set                 staging\n", false},
		"usual, of the release before":     {registry{before: true}, nil, "data set                 production\n", false},
		"staging, from the release before": {registry{before: true}, []string{"--data-set=staging"}, "client delete c1", true},
	} {
		t.Run(name, func(t *testing.T) {
			command, err := parse[CreateClient](t, append([]string{"A", "--family=iddi"}, c.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			err = command.Run(t.Context(), c.auth.connect(t), Input{}, Output{Writer: &shown})
			if c.fails {
				if err == nil || !strings.Contains(err.Error(), c.shown) || strings.Contains(err.Error()+shown.String(), "s3cret") {
					t.Errorf("%v, %s", err, &shown)
				}
				return
			}
			if err != nil || !strings.Contains(shown.String(), c.shown) || !strings.Contains(shown.String(), "s3cret") {
				t.Errorf("%v, %s", err, &shown)
			}
		})
	}
	if _, err := parse[CreateClient](t, "A", "--family=iddi", "--data-set=real"); err == nil || !strings.Contains(err.Error(), "--data-set") {
		t.Errorf("another data set: %v", err)
	}
}

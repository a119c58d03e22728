// Command reporting is an internal client: a program of the organisation's own that asks the platform's services over gRPC.
// It needs the module of the contracts and nothing else of the platform. docs/internal-clients.md explains each step.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// timeout bounds the whole run; every call of a service should have a deadline.
const timeout = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "reporting:", explain(err))
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var files identityFiles
	flag.StringVar(&files.ca, "ca", "", "the roles' certificate authority, PEM")
	flag.StringVar(&files.cert, "cert", "", "this program's certificate, PEM")
	flag.StringVar(&files.key, "key", "", "its private key, PEM")
	authAddress := flag.String("auth", "", "address of auth, host:port")
	identityAddress := flag.String("identity", "", "address of identity, host:port")
	uniqueKey := flag.String("unique-key", "", "the person to look for")
	purpose := flag.String("purpose", "monthly report", "why, for the access log")
	flag.Parse()
	if *authAddress == "" || *identityAddress == "" || *uniqueKey == "" {
		return errors.New("-auth, -identity and -unique-key are needed; see -help")
	}

	auth, err := files.dial(*authAddress, "auth")
	if err != nil {
		return err
	}
	defer auth.Close()
	tokens := &internalToken{auth: authv1.NewTokenServiceClient(auth), audience: "identity"}
	identity, err := files.dial(*identityAddress, "identity", tokens.option())
	if err != nil {
		return err
	}
	defer identity.Close()

	found, err := identityv1.NewPersonServiceClient(identity).FindPerson(ctx, &identityv1.FindPersonRequest{
		Key:    &identityv1.FindPersonRequest_UniqueKey{UniqueKey: *uniqueKey},
		Access: &identityv1.Access{Purpose: *purpose},
	})
	if err != nil {
		return err
	}
	text, err := protojson.MarshalOptions{Multiline: true}.Marshal(found.GetPerson())
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}

// explain adds the platform's reason, which programs decide by, to the message, which is for people.
func explain(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return fmt.Sprintf("%s: %s", info.GetReason(), status.Convert(err).Message())
		}
	}
	return err.Error()
}

package auth

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// once keeps the caller's client from trying again by itself.
func once(ctx context.Context) {
	_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "-1")) // fails where there is no server only
}

// retryAfter is when to come back after a part that is needed was away.
const retryAfter = time.Second

const refusedText = "the credential does not hold"

// refused is the one answer to every credential that does not hold, so that nothing can be probed.
func refused() error {
	return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, refusedText)
}

func clientNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_CLIENT_NOT_FOUND, "no client has the identifier")
}

func clientHasNoSecret() error {
	return rpcerr.New(errorsv1.Reason_REASON_CLIENT_HAS_NO_SECRET,
		"the client authenticates with its own keys and has no secret: give it new public keys instead")
}

func apiKeyNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_API_KEY_NOT_FOUND, "no API key has the identifier")
}

func tooManyAPIKeys() error {
	return rpcerr.New(errorsv1.Reason_REASON_API_KEY_LIMIT, "the client has 100 API keys: delete one first")
}

func operatorDisabled() error {
	return rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "the operator is disabled")
}

func lastOperator() error {
	return rpcerr.New(errorsv1.Reason_REASON_LAST_OPERATOR,
		"no other enabled operator has the role security: create or enable one first")
}

func operatorNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_OPERATOR_NOT_FOUND, "no operator has the name")
}

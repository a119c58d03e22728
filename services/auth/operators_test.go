package auth_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestAnOperatorsLife(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	bootstrap := authv1.NewOperatorServiceClient(r.as("bootstrap"))
	operators := authv1.NewOperatorServiceClient(r.as("gateway"))
	first := r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	_, err := bootstrap.CreateOperator(t.Context(), &authv1.CreateOperatorRequest{Operator: &authv1.Operator{
		Name: "ana", Roles: []authv1.OperatorRole{authv1.OperatorRole_OPERATOR_ROLE_SECURITY},
	}})
	wantReason(t, err, errorsv1.Reason_REASON_OPERATOR_EXISTS)

	// Everybody renews the own credential.
	answer, err := operators.IssueCredential(r.byOperator(first), &authv1.IssueCredentialRequest{
		Name: "ana", CertificateRequest: certificateRequest(t), Life: durationpb.New(time.Hour),
	})
	check(t, err)
	if got := answer.GetExpiresAt().AsTime(); got.After(start.Add(time.Hour)) || got.Before(start.Add(59*time.Minute)) {
		t.Errorf("ends at %v", got)
	}
	ctx := r.byOperator(answer.GetCertificate())

	listed, err := operators.ListOperators(ctx, &authv1.ListOperatorsRequest{})
	check(t, err)
	if got := fmt.Sprint(listed.GetOperators()[0].GetRoles()); got != "[OPERATOR_ROLE_VIEWER]" {
		t.Errorf("listed with %s", got)
	}
	for range 2 {
		disabled, err := operators.DisableOperator(r.security(), &authv1.DisableOperatorRequest{Name: "ana"})
		check(t, err)
		if o := disabled.GetOperator(); !o.GetDisabled() || o.GetEpoch() != 1 {
			t.Errorf("disabled as %v", o)
		}
	}
	_, err = operators.ListOperators(ctx, &authv1.ListOperatorsRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	_, err = r.exchange(byCertificate(answer.GetCertificate()))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	_, err = bootstrap.IssueCredential(t.Context(), &authv1.IssueCredentialRequest{
		Name: "ana", CertificateRequest: certificateRequest(t),
	})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)

	for range 2 {
		enabled, err := bootstrap.EnableOperator(t.Context(), &authv1.EnableOperatorRequest{Name: "ana"})
		check(t, err)
		if o := enabled.GetOperator(); o.GetDisabled() || o.GetEpoch() != 1 {
			t.Errorf("enabled as %v", o)
		}
	}
	_, err = r.exchange(byCertificate(answer.GetCertificate()))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	renewed, err := bootstrap.IssueCredential(t.Context(), &authv1.IssueCredentialRequest{
		Name: "ana", CertificateRequest: certificateRequest(t),
	})
	check(t, err)
	listing, err := r.log().ListLogEntries(r.byOperator(renewed.GetCertificate()), &authv1.ListLogEntriesRequest{PageSize: 2})
	check(t, err)
	if e := listing.GetEntries()[1]; e.GetAct() != "EnableOperator" || e.GetTarget() != "ana" || e.GetActor() != "peer:bootstrap" {
		t.Errorf("recorded %v", e)
	}
}

func TestTheLastOperatorWithTheRoleSecurityStays(t *testing.T) {
	r := newPlatform(t).replica(false)
	operators := authv1.NewOperatorServiceClient(r.as("gateway"))
	disable := func(ctx context.Context, name string) error {
		_, err := operators.DisableOperator(ctx, &authv1.DisableOperatorRequest{Name: name})
		return err
	}
	r.operator("viewer", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	ana := r.byOperator(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SECURITY))
	wantReason(t, disable(ana, "ana"), errorsv1.Reason_REASON_LAST_OPERATOR)
	r.operator("zoe", authv1.OperatorRole_OPERATOR_ROLE_SECURITY, authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	check(t, disable(ana, "zoe"))
	err := disable(ana, "ana")
	wantReason(t, err, errorsv1.Reason_REASON_LAST_OPERATOR)
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("refused with %v", err)
	}
	check(t, disable(ana, "viewer"))
	_, err = operators.EnableOperator(ana, &authv1.EnableOperatorRequest{Name: "zoe"})
	check(t, err)
	check(t, disable(ana, "ana"))
}

func TestOperatorsThatDisableEachOther(t *testing.T) {
	r := newPlatform(t).replica(false)
	operators := authv1.NewOperatorServiceClient(r.as("gateway"))
	ana := r.byOperator(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SECURITY))
	zoe := r.byOperator(r.operator("zoe", authv1.OperatorRole_OPERATOR_ROLE_SECURITY))
	var both sync.WaitGroup
	for name, by := range map[string]context.Context{"zoe": ana, "ana": zoe} {
		both.Go(func() {
			// The loser is the last one, or has no credential any more.
			_, _ = operators.DisableOperator(by, &authv1.DisableOperatorRequest{Name: name})
		})
	}
	both.Wait()
	listed, err := authv1.NewOperatorServiceClient(r.as("bootstrap")).ListOperators(t.Context(), &authv1.ListOperatorsRequest{})
	check(t, err)
	if o := listed.GetOperators(); o[0].GetDisabled() == o[1].GetDisabled() {
		t.Errorf("not one is left: %v", o)
	}
}

func TestOperatorCallsThatAreRefused(t *testing.T) {
	r := newPlatform(t).replica(false)
	operators, ctx := authv1.NewOperatorServiceClient(r.as("gateway")), r.security()
	r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	_, err := operators.DisableOperator(ctx, &authv1.DisableOperatorRequest{Name: "nobody"})
	wantReason(t, err, errorsv1.Reason_REASON_OPERATOR_NOT_FOUND)
	_, err = operators.EnableOperator(ctx, &authv1.EnableOperatorRequest{Name: "nobody"})
	wantReason(t, err, errorsv1.Reason_REASON_OPERATOR_NOT_FOUND)
	_, err = operators.IssueCredential(ctx, &authv1.IssueCredentialRequest{Name: "ana", CertificateRequest: []byte("none")})
	wantReason(t, err, errorsv1.Reason_REASON_CERTIFICATE_REQUEST_INVALID)
	_, err = operators.ListOperators(t.Context(), &authv1.ListOperatorsRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_MISSING)
	_, err = authv1.NewOperatorServiceClient(r.as("session")).ListOperators(ctx, &authv1.ListOperatorsRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}

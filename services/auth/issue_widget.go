package auth

import (
	"context"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/widgettoken"
)

// IssueWidgetToken gives a widget a token for the citizen of a ClaveÚnica token.
func (s *tokenService) IssueWidgetToken(
	ctx context.Context, req *authv1.IssueWidgetTokenRequest,
) (*authv1.IssueWidgetTokenResponse, error) {
	rut, err := askedRUT(req.GetCitizen())
	if err != nil {
		return nil, err
	}
	client, err := s.authenticateWidget(ctx, req)
	if err != nil {
		return nil, s.refusals.note(err)
	}
	if _, err := s.charge(ctx, client); err != nil {
		return nil, err
	}
	if origin := req.GetOrigin(); origin != "" && !slices.Contains(client.Origins, origin) {
		return nil, originRefused()
	}
	if err := s.citizens.check(ctx, client.DataSet, req.GetCitizen().GetToken(), rut); err != nil {
		return nil, err
	}
	token, expires, err := s.newWidgetToken(ctx, client, rut)
	if err != nil {
		return nil, err
	}
	return &authv1.IssueWidgetTokenResponse{WidgetToken: token, ExpiresAt: timestamppb.New(expires)}, nil
}

func (s *tokenService) authenticateWidget(ctx context.Context, req *authv1.IssueWidgetTokenRequest) (*directory.Client, error) {
	who, err := s.authenticate(ctx, req.GetClientId(), req.GetClientSecret(), servedBy(req))
	if err != nil {
		return nil, err
	}
	if who.client.Kind != store.KindWidget {
		return nil, refusedFor(who.client.ID, reasonNoWidget)
	}
	return who.client, nil
}

// newWidgetToken makes a token, which is in the log when it returns.
func (s *tokenService) newWidgetToken(ctx context.Context, client *directory.Client, rut string) (string, time.Time, error) {
	issued := s.now().Truncate(time.Second)
	claims := widgettoken.Claims{Issuer: s.config.Issuer, IssuedAt: issued, Expires: issued.Add(client.TokenLife)}
	var err error
	if claims.ID, err = widgettoken.NewID(client.Epoch); err != nil {
		return "", time.Time{}, err
	}
	citizen, err := s.store.NumberCitizen(ctx, client.DataSet, rut, claims.Expires)
	if err != nil {
		return "", time.Time{}, sqlstore.Failure(err, "numbering a citizen")
	}
	claims.Citizen = citizen.Number
	recording, err := s.recorder.Start(ctx, auditlog.Entry{
		At: s.now(), Actor: "client:" + client.ID, Act: "IssueWidgetToken", Target: claims.ID, Detail: issuedWidget(claims),
	})
	if err != nil {
		return "", time.Time{}, unrecorded(err)
	}
	token, err := s.signWidget(ctx, claims, client.ID)
	if err != nil {
		return "", time.Time{}, err
	}
	return token, claims.Expires, unrecorded(recording.Wait())
}

// issuedWidget is what the log shows of a token: {"citizen":81,"alg":"HS256","expires_at":"2026-03-04T05:06:07Z"}. The number is
// nobody's once the citizen is forgotten.
func issuedWidget(claims widgettoken.Claims) []byte {
	detail := strconv.AppendInt([]byte(`{"citizen":`), claims.Citizen, 10)
	detail = append(detail, `,"alg":"HS256","expires_at":"`...)
	detail = claims.Expires.UTC().AppendFormat(detail, time.RFC3339)
	return append(detail, `"}`...)
}

func originRefused() error {
	return rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "the origin is not registered for the widget")
}

package session_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const tenMinutes = 10 * time.Minute

// TestAPassKeyHandsAnAppUserOver opens on one replica, which then ends, and redeems on another.
func TestAPassKeyHandsAnAppUserOver(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		known := p.callees()
		first, second := &app{p.replica(), known, "c1", production}, &app{p.replica(), known, "c1", production}
		page, token := first.page(nil), first.token()
		opened, err := first.open(token, page.GetFunctionalityKey())
		roletest.Check(t, err)
		first.Stop()
		ends := p.Clock.Now().Truncate(time.Millisecond).Add(tenMinutes)
		if opened.GetRedirectUri() != page.GetRedirectUri() || !opened.GetExpiresAt().AsTime().Equal(ends) || uuid.Validate(opened.GetPassKey()) != nil {
			t.Errorf("opened %v", opened)
		}
		key := &sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: page.GetFunctionalityKey()}
		for range 2 { // as often as it is asked
			p.Clock.Advance(tenMinutes/2 - time.Second)
			told, err := second.redeem(key)
			roletest.Check(t, err)
			wantProto(t, "who it is", told, &sessionv1.RedeemPassKeyResponse{UniqueKey: "ana@example.org", AttributesJson: "{}"})
		}
		device, err := second.passKeys().GetPassKeyDevice(second.by("chavePasse"), &sessionv1.GetPassKeyDeviceRequest{PassKey: key})
		roletest.Check(t, err)
		if d, l := device.GetDevice(), device.GetLocation(); d.GetModel() != "Inventado 7" || d.GetAppVersion() != "2.3" || l.GetLatitude() != -22.9 || l.GetAccuracy() != 12.5 ||
			!device.GetOpenedAt().AsTime().Equal(ends.Add(-tenMinutes)) {
			t.Errorf("opened with %v", device)
		}
		wantSealed(t, p, opened.GetPassKey(), token)
		p.Clock.Advance(2 * time.Second)
		_, err = second.redeem(key)
		roletest.WantReason(t, err, errorsv1.Reason_REASON_PASS_KEY_INVALID)
	})
}

// wantSealed looks at what is stored of an opening.
func wantSealed(t *testing.T, p *platform, passKey, token string) {
	t.Helper()
	keyHash, tokenHash := sha256.Sum256([]byte(passKey)), sha256.Sum256([]byte(token))
	var stored []byte
	roletest.Check(t, p.DB.Read.QueryRowContext(t.Context(), `SELECT context FROM pass_key WHERE pass_key = $1`, keyHash[:]).Scan(&stored))
	if len(stored) < 32 || strings.Contains(string(stored), "Inventado") {
		t.Errorf("the device is stored in %d bytes, or in the clear", len(stored))
	}
	var tokens int
	roletest.Check(t, p.DB.Read.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM beneficiary_token WHERE token = $1`, tokenHash[:]).Scan(&tokens))
	if tokens != 1 {
		t.Error("the token is not known by its hash")
	}
}

// TestPassKeysThatDoNotHold shows that one answer is given for all of them.
func TestPassKeysThatDoNotHold(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	other := a.of("c2", production)
	page, second, shut := a.page(nil), a.page(nil), a.page(nil)
	token := a.token()
	open := func(f *sessionv1.Functionality) *sessionv1.PassKey {
		opened, err := a.open(token, f.GetFunctionalityKey())
		roletest.Check(t, err)
		return &sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: f.GetFunctionalityKey()}
	}
	good, dead := open(page), open(shut)
	shut.Disabled = true
	_, err := a.functionalities().UpdateFunctionality(a.ByOperator("editor"), &sessionv1.UpdateFunctionalityRequest{
		Functionality: shut, UpdateMask: mask("disabled"),
	})
	roletest.Check(t, err)
	change := func(change func(*sessionv1.PassKey)) *sessionv1.PassKey {
		key := proto.CloneOf(good)
		change(key)
		return key
	}
	var message string
	for name, c := range map[string]struct {
		by  *app
		key *sessionv1.PassKey
	}{
		"unknown":                     {a, change(func(k *sessionv1.PassKey) { k.PassKey = uuid.NewString() })},
		"no UUID":                     {a, change(func(k *sessionv1.PassKey) { k.PassKey = "a\x00" })},
		"in capitals":                 {a, change(func(k *sessionv1.PassKey) { k.PassKey = strings.ToUpper(k.GetPassKey()) + " " })},
		"another functionality":       {a, change(func(k *sessionv1.PassKey) { k.FunctionalityKey = second.GetFunctionalityKey() })},
		"no functionality":            {a, change(func(k *sessionv1.PassKey) { k.FunctionalityKey = "a\x00" })},
		"another client":              {other, good},
		"the other data set":          {a, change(func(k *sessionv1.PassKey) { k.DataSet = staging })},
		"a client of another set":     {a.of("c1", staging), good},
		"of a functionality now shut": {a, dead},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.by.redeem(c.key)
			roletest.WantReason(t, err, errorsv1.Reason_REASON_PASS_KEY_INVALID)
			if message == "" {
				message = status.Convert(err).Proto().String()
			} else if got := status.Convert(err).Proto().String(); got != message {
				t.Errorf("answers %s, and %s for another", got, message)
			}
		})
	}
	_, err = a.passKeys().RedeemPassKey(a.by("seguranca"), &sessionv1.RedeemPassKeyRequest{PassKey: good})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = a.redeem(change(func(k *sessionv1.PassKey) { k.DataSet = production }))
	roletest.Check(t, err)
}

func TestTokensThatDoNotHold(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	other, apart := a.of("c2", production), a.of("c1", staging)
	page, token := a.page(nil), a.token()
	for name, c := range map[string]struct {
		by         *app
		token, key string
		want       errorsv1.Reason
	}{
		"none":                             {a, "x", page.GetFunctionalityKey(), errorsv1.Reason_REASON_SESSION_INVALID},
		"changed":                          {a, token + "x", page.GetFunctionalityKey(), errorsv1.Reason_REASON_SESSION_INVALID},
		"of another data set":              {apart, token, page.GetFunctionalityKey(), errorsv1.Reason_REASON_SESSION_INVALID},
		"for no functionality":             {a, token, uuid.NewString(), errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND},
		"for another client's":             {a, token, other.page(nil).GetFunctionalityKey(), errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND},
		"for one of the other data set":    {a, token, apart.page(nil).GetFunctionalityKey(), errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND},
		"for one that is shut":             {a, token, a.page(func(f *sessionv1.Functionality) { f.Disabled = true }).GetFunctionalityKey(), errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND},
		"good":                             {a, token, page.GetFunctionalityKey(), errorsv1.Reason_REASON_UNSPECIFIED},
		"good, for an app of the data set": {apart, apart.token(), apart.page(nil).GetFunctionalityKey(), errorsv1.Reason_REASON_UNSPECIFIED},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.by.open(c.token, c.key)
			roletest.WantReason(t, err, c.want)
		})
	}
	_, err := a.passKeys().OpenFunctionality(t.Context(), &sessionv1.OpenFunctionalityRequest{
		BeneficiaryToken: token, FunctionalityKey: page.GetFunctionalityKey(), Device: &sessionv1.Device{Model: "a\nb"},
	})
	roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "device.model")
	p.Clock.Advance(30 * time.Minute)
	_, err = a.open(token, page.GetFunctionalityKey())
	roletest.WantReason(t, err, errorsv1.Reason_REASON_SESSION_INVALID)
}

func TestAHousehold(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	page := a.page(nil)
	opened, err := a.open(a.token(), page.GetFunctionalityKey())
	roletest.Check(t, err)
	ask := func() (*sessionv1.GetPassKeyHouseholdResponse, error) {
		return a.passKeys().GetPassKeyHousehold(a.by("chavePasse"), &sessionv1.GetPassKeyHouseholdRequest{
			PassKey: &sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: page.GetFunctionalityKey()},
		})
	}
	ana := &sessionv1.HouseholdMember{UniqueKey: "ana@example.org", GivenNames: "Ana Inventada", Surnames: "Souza", Self: true}
	alone, err := ask()
	roletest.Check(t, err)
	wantProto(t, "a person without a household", alone, &sessionv1.GetPassKeyHouseholdResponse{Members: []*sessionv1.HouseholdMember{ana}})

	a.household = []*identityv1.HouseholdMember{
		{PersonId: "p-rui", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD},
		{PersonId: "p-forgotten", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD},
		{PersonId: "p-ana", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER},
	}
	ana.Relation = "partner"
	all, err := ask()
	roletest.Check(t, err)
	wantProto(t, "a household", all, &sessionv1.GetPassKeyHouseholdResponse{Members: []*sessionv1.HouseholdMember{
		ana, {UniqueKey: "rui@example.org", GivenNames: "Rui", Surnames: "Souza Lima", Relation: "head"},
	}})
	for _, asked := range a.asked {
		if why, ok := asked.(interface{ GetAccess() *identityv1.Access }); ok && (why.GetAccess().GetOnBehalfOf() != "client/c1" || why.GetAccess().GetPurpose() == "") {
			t.Errorf("identity was asked %v", asked)
		}
	}

	a.persons = a.persons[1:] // Ana was erased
	_, err = ask()
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PASS_KEY_INVALID)
	a.fails = status.Error(14, "away")
	_, err = ask()
	roletest.WantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}

// A connection serves whoever comes, since no call holds one while it waits for another.
func TestAHundredAppUsersShareOneConnection(t *testing.T) {
	p := &platform{Platform: roletest.Open(t, role, testkit.Postgres(t), 1)}
	a := p.app("c1", production)
	page, passKeys, by := a.page(nil).GetFunctionalityKey(), a.passKeys(), a.by("chavePasse")
	token := a.token()
	var calling sync.WaitGroup
	for range 100 {
		calling.Go(func() {
			opened, err := passKeys.OpenFunctionality(t.Context(), &sessionv1.OpenFunctionalityRequest{BeneficiaryToken: token, FunctionalityKey: page})
			if err == nil {
				_, err = passKeys.RedeemPassKey(by, &sessionv1.RedeemPassKeyRequest{
					PassKey: &sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: page},
				})
			}
			if err != nil {
				t.Error(fmt.Errorf("handing over: %w", err))
			}
		})
	}
	calling.Wait()
}

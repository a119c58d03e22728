// Package storetest checks that auth's store keeps its promises on an engine.
package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Open makes an empty database of the test's own and returns a function that gives a replica's store on it. Each
// replica has at most so many connections. An engine that serves one process gives the same connections to all.
type Open func(t *testing.T, connections int, now func() time.Time) (replica func() *store.Store)

// Run runs all checks.
func Run(t *testing.T, open Open) {
	for name, check := range map[string]func(*testing.T, Open){
		"ClientsAreKeptWhole":          clientsAreKeptWhole,
		"KeysAreComparedByTheirBytes":  keysAreComparedByTheirBytes,
		"OddKeysAreNotFound":           oddKeysAreNotFound,
		"ClientsComeInPages":           clientsComeInPages,
		"ChangesOfAClientAreMadeAlone": changesOfAClientAreMadeAlone,
		"ADeletedClientLeavesATrace":   aDeletedClientLeavesATrace,
		"TombstonesAreDropped":         tombstonesAreDropped,
		"APIKeysAreKept":               apiKeysAreKept,
		"AJWTIsFoundByItsText":         aJWTIsFoundByItsText,
		"AClientHasAHundredAPIKeys":    aClientHasAHundredAPIKeys,
		"ADeletedAPIKeyIsRevoked":      aDeletedAPIKeyIsRevoked,
		"UseOfAPIKeysNeverGoesBack":    useOfAPIKeysNeverGoesBack,
		"AnAssertionServesOneAttempt":  anAssertionServesOneAttempt,
		"UsedAssertionsAreForgotten":   usedAssertionsAreForgotten,
		"ACitizenHasOneNumber":         aCitizenHasOneNumberInEachDataSet,
		"CitizensGo":                   citizensGoAndTheirNumbersDoNotComeBack,
		"ReplicasNumberACitizenOnce":   replicasGiveACitizenOneNumber,
		"OneOperatorStays":             oneOperatorStays,
		"RefusedChangesLeaveNothing":   refusedChangesLeaveNothing,
		"OperatorsAreKept":             operatorsAreKept,
		"RevokingTwiceIsOnce":          revokingTwiceIsOnce,
		"ExpiredRevocationsAreDeleted": expiredRevocationsAreDeleted,
		"ATailerMissesNothing":         aTailerMissesNothing,
		"ReplicasAgreeOnAKey":          replicasAgreeOnAKey,
		"KeysAreKeptByUse":             keysAreKeptByUse,
		"KeysGoThroughTheirLife":       keysGoThroughTheirLife,
		"RefusedKeysStay":              refusedKeysStay,
		"KeysAreKeptAmongReplicas":     keysAreKeptAmongReplicas,
		"KeysAreSealedAnew":            keysAreSealedAnew,
		"ActsAreRecorded":              actsAreRecorded,
		"OldActsAreTakenOnce":          oldActsAreTakenOnce,
		"OneConnectionServesAHundred":  oneConnectionServesAHundred,
		"CancelledCallsEnd":            cancelledCallsEnd,
	} {
		t.Run(name, func(t *testing.T) { check(t, open) })
	}
}

const connections = 8

var (
	start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)
	act   = store.Act{Actor: "ana", Name: "Test"}
)

func one(t *testing.T, open Open) (*store.Store, *testkit.Clock) {
	clock := testkit.NewClock(start)
	return open(t, connections, clock.Now)(), clock
}

func client(id string) store.Client {
	hash := sha256.Sum256([]byte("secret of " + id))
	return store.Client{
		ID: id, Name: "A client", Family: "cmp", Kind: store.KindPartner, DataSet: store.Production,
		SecretHash: hash[:], TokenLife: time.Hour,
	}
}

func create(t *testing.T, s *store.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.CreateClient(t.Context(), client(id), act); err != nil {
			t.Fatal(err)
		}
	}
}

func expectNotFound(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, sqlstore.ErrNotFound) {
		t.Errorf("%s: %v, want not found", what, err)
	}
}

func numbered(prefix string, n int) string { return fmt.Sprintf("%s-%04d", prefix, n) }

package demo_test

import (
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

// catalogue is a benefits service, called as the peer that sets a platform up.
func catalogue(t *testing.T) benefitsv1.CatalogueServiceClient {
	t.Helper()
	settings := store.DefaultConfig()
	settings.URL = config.Secret("sqlite:" + filepath.Join(t.TempDir(), "benefits.db"))
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := store.Open(t.Context(), settings, store.Options{
		Schema: benefits.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, store.Migrate(t.Context(), db, benefits.Migrations()))
	service, err := benefits.New(t.Context(), benefits.DefaultConfig(), benefits.Deps{
		DB: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Meter: metricnoop.NewMeterProvider().Meter("test"),
	})
	check(t, err)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	server := grpc.NewServer()
	service.Register(server)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		check(t, <-ended)
	})
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(t, err)
	t.Cleanup(func() { check(t, conn.Close()) })
	return benefitsv1.NewCatalogueServiceClient(conn)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// whole is the demo's catalogue with its drafts, and which of the benefits these are.
func whole(t *testing.T) (all *benefitsv1.ImportRequest, drafts map[string]bool) {
	t.Helper()
	all, err := demo.ReadCatalogue(demo.CatalogueFolder)
	check(t, err)
	unsure, err := demo.ReadCatalogue(demo.DraftsFolder)
	check(t, err)
	drafts = make(map[string]bool)
	for _, benefit := range unsure.GetBenefits() {
		drafts[benefit.GetBenefitId()] = true
	}
	all.Benefits = append(all.Benefits, unsure.GetBenefits()...)
	return all, drafts
}

// Lint runs the example cases of every benefit; nothing may be wrong with any.
func TestTheCatalogueIsWhole(t *testing.T) {
	all, drafts := whole(t)
	if len(all.GetBenefits()) != 78 || len(drafts) != 22 {
		t.Errorf("%d benefits, of which %d are drafts", len(all.GetBenefits()), len(drafts))
	}
	found, err := catalogue(t).Lint(t.Context(), &benefitsv1.LintRequest{
		Categories: all.GetCategories(), Facts: all.GetFacts(), Benefits: all.GetBenefits(),
	})
	check(t, err)
	for _, finding := range found.GetFindings() {
		t.Errorf("%s %s: %s", finding.GetBenefitId(), finding.GetField(), finding.GetMessage())
	}
}

// Each benefit says in both languages what people read, tells each outcome in its examples, and that it is a demonstration.
func TestBenefitsAreTold(t *testing.T) {
	all, drafts := whole(t)
	for _, benefit := range all.GetBenefits() {
		outcomes := make(map[benefitsv1.Outcome]bool)
		for _, example := range benefit.GetExamples() {
			outcomes[example.GetOutcome()] = true
		}
		if len(outcomes) != 3 {
			t.Errorf("%s: examples of %d outcomes", benefit.GetBenefitId(), len(outcomes))
		}
		if len(benefit.GetTexts()) != 2 {
			t.Errorf("%s: texts in %d languages", benefit.GetBenefitId(), len(benefit.GetTexts()))
		}
		for _, condition := range benefit.GetConditions() {
			if len(condition.GetSentences()) != 2 {
				t.Errorf("%s: %s has sentences in %d languages", benefit.GetBenefitId(), condition.GetName(), len(condition.GetSentences()))
			}
		}
		note := benefit.GetNote()
		if !strings.HasPrefix(note, "Demostración al 2026-11; no es fuente legal.") || strings.Contains(note, "BORRADOR:") != drafts[benefit.GetBenefitId()] {
			t.Errorf("%s: the note says %q", benefit.GetBenefitId(), note)
		}
	}
}

func TestSeedCatalogue(t *testing.T) {
	to, ctx := catalogue(t), t.Context()
	check(t, demo.SeedCatalogue(ctx, to))
	_, drafts := whole(t)
	seen := func() map[string]*benefitsv1.BenefitVersion {
		answer, err := to.ListBenefits(ctx, &benefitsv1.ListBenefitsRequest{PageSize: 200})
		check(t, err)
		all := make(map[string]*benefitsv1.BenefitVersion)
		for _, version := range answer.GetVersions() {
			all[version.GetBenefit().GetBenefitId()] = version
		}
		return all
	}
	for id, version := range seen() {
		if published := version.GetState() == benefitsv1.VersionState_VERSION_STATE_PUBLISHED; published == drafts[id] {
			t.Errorf("%s is %s", id, version.GetState())
		}
	}
	const id = "bono-de-invierno"
	changed := seen()[id].GetBenefit()
	changed.Note = "Ensayo de alguien que prueba la demostración."
	_, err := to.Import(ctx, &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{changed}})
	check(t, err)
	check(t, demo.SeedCatalogue(ctx, to))
	if got := seen(); len(got) != 78 || got[id].GetVersion() != 2 || got[id].GetState() != benefitsv1.VersionState_VERSION_STATE_DRAFT {
		t.Errorf("seeding again left %d benefits, and somebody's draft as %v", len(got), got[id])
	}
}

// What is on record of the demo's citizens is what the vocabulary defines, so that no rule passes over it.
func TestCitizensSpeakTheVocabulary(t *testing.T) {
	all, _ := whole(t)
	defined := make(map[string]*benefitsv1.FactDefinition)
	for _, fact := range all.GetFacts() {
		defined[fact.GetName()] = fact
	}
	recorded, err := demo.Recorded()
	check(t, err)
	for _, facts := range recorded {
		for name, value := range facts {
			given, err := structpb.NewValue(value)
			check(t, err)
			if fact := defined[name]; fact == nil || !fits(fact, given) {
				t.Errorf("%s: %v is nothing that the vocabulary defines", name, value)
			}
		}
	}
}

// fits tells whether a value is of the fact's type and one of its values.
func fits(fact *benefitsv1.FactDefinition, value *structpb.Value) bool {
	allowed := func(v *structpb.Value) bool {
		text, ok := v.GetKind().(*structpb.Value_StringValue)
		return ok && (len(fact.GetValues()) == 0 || slices.Contains(fact.GetValues(), text.StringValue))
	}
	switch fact.GetType() {
	case benefitsv1.FactType_FACT_TYPE_BOOL:
		_, ok := value.GetKind().(*structpb.Value_BoolValue)
		return ok
	case benefitsv1.FactType_FACT_TYPE_INT, benefitsv1.FactType_FACT_TYPE_DOUBLE:
		number, ok := value.GetKind().(*structpb.Value_NumberValue)
		return ok && (fact.GetType() == benefitsv1.FactType_FACT_TYPE_DOUBLE || number.NumberValue == float64(int64(number.NumberValue)))
	case benefitsv1.FactType_FACT_TYPE_STRING:
		return allowed(value)
	case benefitsv1.FactType_FACT_TYPE_STRING_LIST:
		_, ok := value.GetKind().(*structpb.Value_ListValue)
		for _, item := range value.GetListValue().GetValues() {
			ok = ok && allowed(item)
		}
		return ok
	default:
		return false
	}
}

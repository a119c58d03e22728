package benefits

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// snapshot is the catalogue as known at a time, ready to decide with. It does not change.
type snapshot struct {
	revision   int64
	categories map[string]*benefitsv1.Category
	spoken     *spoken
	// versions are those that decide on some day, by benefit and number.
	versions []*version
	// lasting tells whether the snapshot is also the catalogue as known later, until the next change.
	lasting bool
	// latest is the edition that was asked for last, which is that of today as a rule.
	latest atomic.Pointer[edition]
}

// version is a published version.
type version struct {
	store.Version
	benefit *benefitsv1.Benefit
	// rules are nil when they no longer compile, which leaves every condition undecided.
	rules *rule.Rules
}

// endOfTime is later than every act on the catalogue.
var endOfTime = time.UnixMilli(math.MaxInt64 / 2)

// load reads the catalogue as known at a time. Versions that an earlier snapshot has are taken from it.
func load(ctx context.Context, from *store.Store, knownAt time.Time, earlier *snapshot) (*snapshot, error) {
	published, err := from.Published(ctx, knownAt)
	if err != nil {
		return nil, err
	}
	s := &snapshot{categories: make(map[string]*benefitsv1.Category)}
	if s.revision, err = from.Revision(ctx, knownAt); err != nil {
		return nil, err
	}
	acts, err := from.Revision(ctx, endOfTime)
	if err != nil {
		return nil, err
	}
	// The clock of the replica that published may be ahead of this one's.
	s.lasting = acts == s.revision
	categories, err := from.Categories(ctx)
	if err != nil {
		return nil, err
	}
	for _, category := range categories {
		s.categories[category.GetCategoryId()] = category
	}
	// Facts come last, so that there are all of which the versions speak.
	defined, err := from.Facts(ctx)
	if err != nil {
		return nil, err
	}
	return s, s.compile(published, defined, earlier)
}

func (s *snapshot) compile(published []store.Version, defined []*benefitsv1.FactDefinition, earlier *snapshot) error {
	kept := earlier.byDigest()
	for _, p := range published {
		v := &version{Version: p}
		if same := kept[p.Digest]; same != nil {
			v.benefit, v.rules = same.benefit, same.rules
		} else if benefit, err := p.Benefit(); err == nil {
			v.benefit = benefit
		} else {
			return err
		}
		s.versions = append(s.versions, v)
	}
	benefits := make([]*benefitsv1.Benefit, len(s.versions))
	for i, v := range s.versions {
		benefits[i] = v.benefit
	}
	var err error
	if s.spoken, err = spokenOf(benefits, defined); err != nil {
		return err
	}
	same := earlier != nil && earlier.spoken.key == s.spoken.key
	if same {
		s.spoken.vocabulary = earlier.spoken.vocabulary
	}
	for _, v := range s.versions {
		if !same || v.rules == nil {
			v.rules, _ = s.spoken.vocabulary.Compile(v.benefit) // what is wrong with it is told whenever it decides
		}
	}
	return nil
}

func (s *snapshot) byDigest() map[string]*version {
	known := make(map[string]*version)
	if s != nil {
		for _, v := range s.versions {
			known[v.Digest] = v
		}
	}
	return known
}

// edition has the versions that decide on a day.
type edition struct {
	day, language string
	// byBenefit are in the order of their benefits' identifiers, ordered by category's place, then title.
	byBenefit, ordered []*version
}

// on returns the edition of a day, its titles in a language.
func (s *snapshot) on(day, language string) *edition {
	if e := s.latest.Load(); e != nil && e.day == day && e.language == language {
		return e
	}
	e := &edition{day: day, language: language}
	for _, v := range s.versions {
		if v.EffectiveFrom > day || v.EffectiveUntil != "" && v.EffectiveUntil < day {
			continue
		}
		if last := len(e.byBenefit) - 1; last >= 0 && e.byBenefit[last].BenefitID == v.BenefitID {
			e.byBenefit[last] = v // the newer one
		} else {
			e.byBenefit = append(e.byBenefit, v)
		}
	}
	e.ordered = s.order(e.byBenefit, language)
	s.latest.Store(e)
	return e
}

// of returns the version of a benefit that decides, or nil.
func (e *edition) of(benefitID string) *version {
	place, found := slices.BinarySearchFunc(e.byBenefit, benefitID, func(v *version, id string) int { return cmp.Compare(v.BenefitID, id) })
	if !found {
		return nil
	}
	return e.byBenefit[place]
}

func (s *snapshot) order(versions []*version, in string) []*version {
	type titled struct {
		*version
		category int32
		title    []byte
	}
	var buffer collate.Buffer
	collator := collate.New(language.Make(cmp.Or(in, spanish)))
	all := make([]titled, len(versions))
	for i, v := range versions {
		title := translated(v.benefit.GetTexts(), in).GetTitle()
		all[i] = titled{v, s.categories[v.Category].GetPosition(), collator.KeyFromString(&buffer, title)}
	}
	slices.SortStableFunc(all, func(a, b titled) int {
		return cmp.Or(cmp.Compare(a.category, b.category), cmp.Compare(a.Category, b.Category), slices.Compare(a.title, b.title))
	})
	ordered := make([]*version, len(all))
	for i, t := range all {
		ordered[i] = t.version
	}
	return ordered
}

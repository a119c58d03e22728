package benefits

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// states are the store's by the contract's names.
var states = map[benefitsv1.VersionState]store.State{
	benefitsv1.VersionState_VERSION_STATE_DRAFT:     store.Draft,
	benefitsv1.VersionState_VERSION_STATE_IN_REVIEW: store.InReview,
	benefitsv1.VersionState_VERSION_STATE_PUBLISHED: store.Published,
	benefitsv1.VersionState_VERSION_STATE_RETIRED:   store.Retired,
}

func stateToProto(state store.State) benefitsv1.VersionState {
	for named, known := range states {
		if known == state {
			return named
		}
	}
	return benefitsv1.VersionState_VERSION_STATE_UNSPECIFIED
}

func versionToProto(v store.Version) (*benefitsv1.BenefitVersion, error) {
	benefit, err := v.Benefit()
	if err != nil {
		return nil, err
	}
	return &benefitsv1.BenefitVersion{
		Benefit: benefit, Version: v.Number, State: stateToProto(v.State), Digest: v.Digest,
		Author: v.Author, CreatedAt: timestamppb.New(v.CreatedAt), SubmittedAt: timeToProto(v.SubmittedAt),
		PublishedBy: v.PublishedBy, PublishedAt: timeToProto(v.PublishedAt), RetiredAt: timeToProto(v.RetiredAt),
	}, nil
}

func timeToProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// whatNext tells why a version's state does not allow a step, and what does.
func whatNext(refused *store.StateError) string {
	if refused.Newest > 0 {
		return fmt.Sprintf("version %d is newer and takes the place of this draft: submit that one, or import this text again", refused.Newest)
	}
	switch refused.State {
	case store.Draft:
		return "the version is a draft: submit it for review first"
	case store.InReview:
		return "the version is in review: publish it, or return it to be a draft again"
	case store.Published:
		return "the version is published: retire it, or import a newer one to take its place"
	case store.Retired:
		return "the version is retired, which is for ever: import another version"
	}
	return "the version's state does not allow it"
}

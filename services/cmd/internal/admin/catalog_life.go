package admin

import (
	"context"
	"io"
	"os"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// VersionName names a version of a benefit.
type VersionName struct {
	Benefit string `arg:"" help:"The benefit."`
	Version int32  `arg:"" help:"The number of the version."`
}

// MayNote may say something for the history.
type MayNote struct {
	Note string `help:"What the history should say." placeholder:"TEXT"`
}

// MustNote says something for the history.
type MustNote struct {
	Note string `help:"Why; the history keeps it." required:"" placeholder:"WHY"`
}

// SubmitVersion puts a draft into review.
type SubmitVersion struct {
	VersionName
	MayNote
}

// Help is shown below the usage.
func (SubmitVersion) Help() string {
	return `Only the newest version is submitted. There must be at least two example cases, and all must come out.`
}

// Run does it.
func (c SubmitVersion) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).Submit(ctx, &benefitsv1.SubmitRequest{
		BenefitId: c.Benefit, Version: c.Version, Note: c.Note,
	})
	if err != nil {
		return err
	}
	return out.moved(os.Stderr, answer, answer.GetVersion())
}

// ReturnVersion sends a version in review back.
type ReturnVersion struct {
	VersionName
	MustNote
}

// Run does it.
func (c ReturnVersion) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).Return(ctx, &benefitsv1.ReturnRequest{
		BenefitId: c.Benefit, Version: c.Version, Note: c.Note,
	})
	if err != nil {
		return err
	}
	return out.moved(os.Stderr, answer, answer.GetVersion())
}

// PublishVersion puts a version into force.
type PublishVersion struct {
	VersionName
	MayNote
}

// Help is shown below the usage.
func (PublishVersion) Help() string {
	return `From now on the version decides on the days on which it applies, in the place of older ones. Who wrote or submitted it may not
publish it. The platform's services follow within about a second.`
}

// Run does it.
func (c PublishVersion) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).Publish(ctx, &benefitsv1.PublishRequest{
		BenefitId: c.Benefit, Version: c.Version, Note: c.Note,
	})
	if err != nil {
		return err
	}
	return out.moved(os.Stderr, answer, answer.GetVersion())
}

// RetireVersion takes a published version back.
type RetireVersion struct {
	VersionName
	MustNote
}

// Help is shown below the usage.
func (RetireVersion) Help() string {
	return `An older version that is published decides again; when there is none, the benefit is not offered any more. A version cannot be
put back into force: import its text with another note. What was answered before can still be explained, as known then.`
}

// Run does it.
func (c RetireVersion) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).Retire(ctx, &benefitsv1.RetireRequest{
		BenefitId: c.Benefit, Version: c.Version, Note: c.Note,
	})
	if err != nil {
		return err
	}
	return out.moved(os.Stderr, answer, answer.GetVersion())
}

// nextSteps are what usually comes after a version has come into a state.
var nextSteps = map[benefitsv1.VersionState]string{
	benefitsv1.VersionState_VERSION_STATE_DRAFT:     "Next, when it is mended: ventanilla admin catalog import FILE, and submit the new version.",
	benefitsv1.VersionState_VERSION_STATE_IN_REVIEW: "Next, by another operator: ventanilla admin catalog publish %s %d, or return it.",
}

// moved shows a version whose state was changed.
func (o Output) moved(notes io.Writer, answer proto.Message, v *benefitsv1.BenefitVersion) error {
	switch next := nextSteps[v.GetState()]; v.GetState() {
	case benefitsv1.VersionState_VERSION_STATE_IN_REVIEW:
		tell(notes, next, v.GetBenefit().GetBenefitId(), v.GetVersion())
	case benefitsv1.VersionState_VERSION_STATE_DRAFT:
		tell(notes, next)
	}
	return o.record(answer, [][2]string{
		{"benefit", v.GetBenefit().GetBenefitId()},
		{"version", strconv.Itoa(int(v.GetVersion()))},
		{"state", word(v.GetState(), versionPrefix)},
	})
}

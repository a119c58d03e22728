package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// ListBenefits lists benefits.
type ListBenefits struct{ CatalogFilter }

// Run does it.
func (c ListBenefits) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	versions, err := c.versions(ctx, benefitsv1.NewCatalogueServiceClient(conn))
	if err != nil {
		return err
	}
	var rows [][]string
	for _, v := range versions {
		b := v.GetBenefit()
		rows = append(rows, []string{
			b.GetBenefitId(), strconv.Itoa(int(v.GetVersion())), word(v.GetState(), versionPrefix), b.GetCategory(), titleOf(b),
		})
	}
	return out.table(&benefitsv1.ListBenefitsResponse{Versions: versions}, []string{"BENEFIT", "VERSION", "STATE", "CATEGORY", "TITLE"}, rows)
}

// ShowBenefit shows a version.
type ShowBenefit struct {
	Benefit string `arg:"" help:"The benefit."`
	Version int32  `arg:"" optional:"" help:"The number of the version; the newest when it is left out."`
}

// Help is shown below the usage.
func (ShowBenefit) Help() string {
	return `What it says is printed as a file that can be edited and imported; the lines above it, about its life, are comments.`
}

// Run does it.
func (c ShowBenefit) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).GetBenefit(ctx, &benefitsv1.GetBenefitRequest{BenefitId: c.Benefit, Version: c.Version})
	if err != nil {
		return err
	}
	if out.JSON {
		return out.json(answer)
	}
	v := answer.GetVersion()
	text, err := catalogfile.Write(&benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{v.GetBenefit()}})
	if err != nil {
		return err
	}
	var life strings.Builder
	fmt.Fprintf(&life, "# version %d: %s\n", v.GetVersion(), word(v.GetState(), versionPrefix))
	for _, line := range [][2]string{
		{"written", moment(v.GetCreatedAt()) + " by " + v.GetAuthor()},
		{"submitted", moment(v.GetSubmittedAt())},
		{"published", strings.TrimSuffix(moment(v.GetPublishedAt())+" by "+v.GetPublishedBy(), " by ")},
		{"retired", moment(v.GetRetiredAt())},
		{"digest", v.GetDigest()},
	} {
		if line[1] != "" {
			fmt.Fprintf(&life, "# %s %s\n", line[0], line[1])
		}
	}
	_, err = fmt.Fprint(out.Writer, life.String(), string(text))
	return err
}

// BenefitHistory shows what happened to a benefit.
type BenefitHistory struct {
	Benefit string `arg:"" help:"The benefit."`
}

// Run does it.
func (c BenefitHistory) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	service := benefitsv1.NewCatalogueServiceClient(conn)
	all := &benefitsv1.ListHistoryResponse{}
	for request := (&benefitsv1.ListHistoryRequest{BenefitId: c.Benefit, PageSize: entriesPage}); ; {
		page, err := service.ListHistory(ctx, request)
		if err != nil {
			return err
		}
		all.Events = append(all.Events, page.GetEvents()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	var rows [][]string
	for _, e := range all.GetEvents() {
		rows = append(rows, []string{
			moment(e.GetAt()), e.GetActor(), strconv.Itoa(int(e.GetVersion())), word(e.GetAfter(), versionPrefix), e.GetNote(),
		})
	}
	return out.table(all, []string{"AT", "ACTOR", "VERSION", "STATE", "NOTE"}, rows)
}

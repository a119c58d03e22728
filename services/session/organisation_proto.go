package session

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// organisationFromProto checks what the contract's own rules cannot say, and returns what is decided about an organisation.
func organisationFromProto(in *sessionv1.Organisation) (store.Organisation, error) {
	o := store.Organisation{
		DataSet: store.DataSetFromProto(in.GetDataSet()), LegalName: in.GetLegalName(), TradeName: in.GetTradeName(), PlanID: in.GetPlanId(),
		Type: in.GetType(), LogoPath: in.GetLogoPath(), Disabled: in.GetDisabled(), LastDay: in.GetLastDay(), FiscalYearEnd: in.GetFiscalYearEnd(),
		Activity: in.GetActivity(),
	}
	if strings.TrimSpace(o.LegalName) == "" {
		return o, rpcerr.Missing("organisation.legal_name")
	}
	if err := inOneLine("organisation", in.ProtoReflect()); err != nil {
		return o, err
	}
	if err := day("organisation.last_day", o.LastDay); err != nil {
		return o, err
	}
	// No fiscal year ends on a day that only leap years have.
	if o.FiscalYearEnd != "" && day("", "2025-"+o.FiscalYearEnd) != nil {
		return o, rpcerr.Invalid("organisation.fiscal_year_end", `must be a day of the calendar, as "12-31"`)
	}
	var err error
	o.CUIT, err = registered("organisation.cuit", nationalid.CUIT, in.GetCuit())
	return o, err
}

func organisationToProto(o store.Organisation) *sessionv1.Organisation {
	return &sessionv1.Organisation{
		OrganisationId: o.ID, DataSet: o.DataSet.ToProto(), LegalName: o.LegalName, TradeName: o.TradeName, Cuit: o.CUIT, PlanId: o.PlanID, Type: o.Type,
		LogoPath: o.LogoPath, Disabled: o.Disabled, LastDay: o.LastDay, FiscalYearEnd: o.FiscalYearEnd, Activity: o.Activity,
		CreatedAt: timestamppb.New(o.CreatedAt), UpdatedAt: timestamppb.New(o.UpdatedAt),
	}
}

// day refuses what is no day of the calendar; the contract has looked at the form.
func day(field, text string) error {
	if text == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return rpcerr.Invalid(field, `must be a day of the calendar, as "2006-01-02"`)
	}
	return nil
}

// registered reads the number that a national register gave; empty for none.
func registered(field string, kind nationalid.Kind, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	number, err := nationalid.Parse(kind, text)
	if err != nil {
		return "", rpcerr.Invalid(field, err.Error())
	}
	return number, nil
}

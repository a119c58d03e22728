package session

import (
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// integrationContract validates what comes of changes as its creation is validated.
func integrationContract() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&sessionv1.CreateIntegrationRequest{}), protovalidate.WithDisableLazy())
}

// requirements are those of contracts; mandatory and conditional ones have words of their own.
var requirements = map[sessionv1.Requirement]integration.Requirement{
	sessionv1.Requirement_REQUIREMENT_UNSPECIFIED: integration.Optional,
	sessionv1.Requirement_REQUIREMENT_OPTIONAL:    integration.Optional,
	sessionv1.Requirement_REQUIREMENT_MANDATORY:   integration.Mandatory,
	sessionv1.Requirement_REQUIREMENT_CONDITIONAL: integration.Conditional,
}

// integrationFromProto reads what an operator decides about an integration, with the values that were given.
func integrationFromProto(in *sessionv1.Integration) (store.Integration, error) {
	i := store.Integration{
		DataSet: store.DataSetFromProto(in.GetDataSet()), ClientID: in.GetClientId(), Disabled: in.GetDisabled(),
		Definition: integration.Definition{
			Name: in.GetName(), StaticHeaders: namedFromProto(in.GetStaticHeaders()), Authorization: authorizationFromProto(in.GetAuthorization()),
			Login: endpointFromProto(in.GetLogin()), UniqueKeyAttribute: in.GetUniqueKeyAttribute(), SecurityHeaders: in.GetSecurityHeaders(),
		},
	}
	if in.GetRefresh() != nil {
		refresh := endpointFromProto(in.GetRefresh())
		i.Definition.Refresh = &refresh
	}
	for _, a := range in.GetAttributes() {
		i.Definition.Attributes = append(i.Definition.Attributes, integration.Attribute{
			Name: a.GetName(), Requirement: requirements[a.GetRequirement()], DependsOn: a.GetDependsOn(),
		})
	}
	return i, checkIntegration(i)
}

func namedFromProto(in []*sessionv1.NamedValue) (all []integration.NamedValue) {
	for _, v := range in {
		all = append(all, integration.NamedValue{Name: v.GetName(), Value: v.GetValue()})
	}
	return all
}

func endpointFromProto(in *sessionv1.Endpoint) integration.Endpoint {
	return integration.Endpoint{
		URL: in.GetUrl(), Get: in.GetMethod() == sessionv1.Method_METHOD_GET, Parameters: namedFromProto(in.GetParameters()),
		Attributes: in.GetAttributesPointer(),
	}
}

func authorizationFromProto(in *sessionv1.AuthorizationStep) *integration.Authorization {
	if in == nil {
		return nil
	}
	return &integration.Authorization{
		URL: in.GetUrl(), Headers: namedFromProto(in.GetHeaders()), Parameters: namedFromProto(in.GetParameters()), JSON: in.GetJson(),
		Token: in.GetTokenPointer(), LifeSeconds: int64(in.GetTokenLife().AsDuration() / time.Second), Header: in.GetHeader(), Prefix: in.GetPrefix(),
	}
}

func integrationToProto(i store.Integration) *sessionv1.Integration {
	d := i.Definition
	out := &sessionv1.Integration{
		IntegrationKey: i.Key, DataSet: i.DataSet.ToProto(), ClientId: i.ClientID, Name: d.Name, StaticHeaders: namedToProto(d.StaticHeaders),
		Login: endpointToProto(d.Login), UniqueKeyAttribute: d.UniqueKeyAttribute, SecurityHeaders: d.SecurityHeaders, Disabled: i.Disabled,
		CreatedAt: timestamppb.New(i.CreatedAt), UpdatedAt: timestamppb.New(i.UpdatedAt),
	}
	if a := d.Authorization; a != nil {
		out.Authorization = &sessionv1.AuthorizationStep{
			Url: a.URL, Headers: namedToProto(a.Headers), Parameters: namedToProto(a.Parameters), Json: a.JSON, TokenPointer: a.Token,
			Header: a.Header, Prefix: a.Prefix,
		}
		if a.LifeSeconds > 0 {
			out.Authorization.TokenLife = &durationpb.Duration{Seconds: a.LifeSeconds}
		}
	}
	if d.Refresh != nil {
		out.Refresh = endpointToProto(*d.Refresh)
	}
	for _, a := range d.Attributes {
		out.Attributes = append(out.Attributes, &sessionv1.Attribute{Name: a.Name, Requirement: requirementToProto(a.Requirement), DependsOn: a.DependsOn})
	}
	return out
}

func requirementToProto(r integration.Requirement) sessionv1.Requirement {
	switch r {
	case integration.Mandatory:
		return sessionv1.Requirement_REQUIREMENT_MANDATORY
	case integration.Conditional:
		return sessionv1.Requirement_REQUIREMENT_CONDITIONAL
	}
	return sessionv1.Requirement_REQUIREMENT_OPTIONAL
}

// namedToProto leaves the values out.
func namedToProto(in []integration.NamedValue) (all []*sessionv1.NamedValue) {
	for _, v := range in {
		all = append(all, &sessionv1.NamedValue{Name: v.Name})
	}
	return all
}

func endpointToProto(e integration.Endpoint) *sessionv1.Endpoint {
	method := sessionv1.Method_METHOD_POST
	if e.Get {
		method = sessionv1.Method_METHOD_GET
	}
	return &sessionv1.Endpoint{Url: e.URL, Method: method, Parameters: namedToProto(e.Parameters), AttributesPointer: e.Attributes}
}

func stepsToProto(steps []integration.Step) (all []*sessionv1.IntegrationStep) {
	for _, step := range steps {
		all = append(all, &sessionv1.IntegrationStep{
			Name: step.Name, Status: int32(step.Status), Took: durationpb.New(step.Took), Failure: step.Failure, Rejected: step.Rejected,
		})
	}
	return all
}

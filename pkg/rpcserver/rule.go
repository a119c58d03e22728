package rpcserver

import (
	"context"
	"errors"
	"fmt"
	"slices"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/ventanilla/ventanilla/pkg/authn"
)

// AnyPeer in Rule.Peers lets every role of the platform call.
const AnyPeer = "*"

// gateway is the role that operators call through.
const gateway = "gateway"

// Caller says whose internal token a call needs. The zero value is none of them and is refused.
type Caller int

const (
	// NoCaller needs no token and looks at none.
	NoCaller Caller = iota + 1
	// ClientCaller needs a client's.
	ClientCaller
	// OperatorCaller needs an operator's.
	OperatorCaller
	// AnyCaller needs one, be it a client's, an operator's or a role's own.
	AnyCaller
)

// Rule says who may call a method.
type Rule struct {
	// Peers are the roles whose certificate may call.
	Peers []string
	// Trusted are those of Peers that may call without an internal token. One that they send is checked all the same.
	Trusted []string
	// Caller says whose token the others need.
	Caller Caller
	// OperatorRoles are the roles of which an operator needs one; empty lets no operator in.
	OperatorRoles []string
}

// Operators lets operators of one of the roles in, as authn names them. All come through the gateway.
func Operators(roles ...string) Rule {
	return Rule{Peers: []string{gateway}, Caller: OperatorCaller, OperatorRoles: roles}
}

// OrTrusted also lets a role in, without a token: the rule's own callers stay as they are.
func (r Rule) OrTrusted(role string) Rule {
	r.Peers = append([]string{role}, r.Peers...)
	r.Trusted = append([]string{role}, r.Trusted...)
	return r
}

func (r Rule) validate() error {
	if len(r.Peers) == 0 {
		return errors.New("nobody may call it")
	}
	for _, role := range r.Trusted {
		if !r.admits(role) {
			return fmt.Errorf("%s is trusted but may not call", role)
		}
	}
	switch r.Caller {
	case NoCaller:
		if len(r.Trusted) > 0 || len(r.OperatorRoles) > 0 {
			return errors.New("it needs no caller, but trusts peers or asks for operator roles")
		}
	case ClientCaller:
		if len(r.OperatorRoles) > 0 {
			return errors.New("it is for clients, but asks for operator roles")
		}
	case OperatorCaller:
		if len(r.OperatorRoles) == 0 {
			return errors.New("it is for operators, but lets no role in")
		}
	case AnyCaller:
	default:
		return errors.New("it does not say which caller it needs")
	}
	return nil
}

func (r Rule) admits(peer string) bool {
	return slices.Contains(r.Peers, peer) || slices.Contains(r.Peers, AnyPeer)
}

// trusts tells whether the peer may call without a token.
func (r Rule) trusts(ctx context.Context) bool {
	role, ok := authn.PeerFromContext(ctx)
	return ok && slices.Contains(r.Trusted, role)
}

// allows tells whether the caller is of the right sort and, when an operator, has one of the roles.
func (r Rule) allows(c *authn.Claims) bool {
	switch {
	case c.Operator != "":
		return r.Caller != ClientCaller && slices.ContainsFunc(c.Roles, func(role string) bool {
			return slices.Contains(r.OperatorRoles, role)
		})
	case c.ClientID != "":
		return r.Caller != OperatorCaller
	case c.Peer != "":
		return r.Caller == AnyCaller
	}
	return false
}

// ownRules are those of the services that the server brings itself.
func ownRules(reflection bool) map[string]Rule {
	open := Rule{Peers: []string{AnyPeer}, Caller: NoCaller}
	rules := map[string]Rule{
		healthpb.Health_Check_FullMethodName: open,
		healthpb.Health_Watch_FullMethodName: open,
		healthpb.Health_List_FullMethodName:  open,
	}
	if reflection {
		rules[reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName] = open
	}
	return rules
}

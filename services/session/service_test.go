package session_test

import (
	"slices"
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/services/session"
)

func TestEveryMethodHasARule(t *testing.T) {
	server := grpc.NewServer()
	(&session.Service{}).Register(server)
	rules := session.Rules()
	var served []string
	for name, info := range server.GetServiceInfo() {
		for _, method := range info.Methods {
			full := "/" + name + "/" + method.Name
			served = append(served, full)
			if rule, ok := rules[full]; !ok || len(rule.Peers) == 0 {
				t.Errorf("%s has no rule", full)
			} else if rule.Caller == rpcserver.OperatorCaller && len(rule.OperatorRoles) == 0 {
				t.Errorf("%s is for operators of no role", full)
			}
		}
	}
	for full := range rules {
		if !slices.Contains(served, full) {
			t.Errorf("the rule of %s is for nothing that is served", full)
		}
	}
}

func TestAReplicaRunsAndStops(t *testing.T) {
	onBoth(t, func(_ *testing.T, p *platform) { p.replica().Stop() })
}

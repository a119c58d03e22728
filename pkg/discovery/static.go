package discovery

import (
	"fmt"

	"google.golang.org/grpc/resolver"
)

// NewStaticResolver builds resolvers for targets of the form static:///host:port,host:port.
func NewStaticResolver() resolver.Builder { return staticBuilder{} }

type staticBuilder struct{}

func (staticBuilder) Scheme() string { return "static" }

func (staticBuilder) Build(target resolver.Target, conn resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	addresses, err := splitAddresses(target.Endpoint())
	if err != nil {
		return nil, fmt.Errorf("resolving %s: %w", target.URL.String(), err)
	}
	if err := conn.UpdateState(resolver.State{Endpoints: asEndpoints(addresses)}); err != nil {
		return nil, fmt.Errorf("resolving %s: %w", target.URL.String(), err)
	}
	return staticResolver{}, nil
}

type staticResolver struct{}

func (staticResolver) ResolveNow(resolver.ResolveNowOptions) {}
func (staticResolver) Close()                                {}

func asEndpoints(addresses []string) []resolver.Endpoint {
	list := make([]resolver.Endpoint, 0, len(addresses))
	for _, address := range addresses {
		list = append(list, resolver.Endpoint{Addresses: []resolver.Address{{Addr: address}}})
	}
	return list
}

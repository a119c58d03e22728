package e2e

import "testing"

// TestPlatform asks one all-in-one platform what the documents promise.
func TestPlatform(t *testing.T) {
	p := target(t)
	cases := []struct {
		name string
		run  func(*testing.T, *platform)
	}{
		{"printed calls", printedCalls},
		{"token life", tokenLife},
		{"answers differ by caller", answersDifferByCaller},
		{"golang.org/x/oauth2", goOAuth2},
		{"go-jose", goJose},
		{"npm clients", npmClients},
		{"SDKs", sdks},
		{"internal clients", internalClients},
		{"documented examples", documentedExamples},
		{"OpenAPI proxy", openAPIProxy},
		{"OpenAPI proxy of services", servicesProxy},
		{"OpenAPI proxy of pass keys", mosiaProxy},
		{"cmp's collection", cmpCollection},
		{"cmp's examples", cmpExamples},
		{"wire", wire},
		{"bodies over the limit", oversizedBodies},
		{"plain HTTP", plainHTTP},
		{"preflight", preflight},
		{"request ids", requestIDs},
		{"probes", probes},
		{"identities", identities},
		{"benefits", benefits},
		{"colppy", operationRPC},
		{"administration", administration},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, p) })
	}
}

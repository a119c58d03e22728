package rpcclient

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// The service config, as far as it is used here (grpc.service_config.ServiceConfig).
type (
	serviceConfig struct {
		LoadBalancing   []map[string]struct{} `json:"loadBalancingConfig"`
		HealthCheck     healthCheck           `json:"healthCheckConfig"`
		RetryThrottling retryThrottling       `json:"retryThrottling"`
		Methods         []methodConfig        `json:"methodConfig,omitempty"`
	}
	healthCheck struct {
		ServiceName string `json:"serviceName"`
	}
	retryThrottling struct {
		MaxTokens  int     `json:"maxTokens"`
		TokenRatio float64 `json:"tokenRatio"`
	}
	methodConfig struct {
		Names []methodName `json:"name"`
		Retry retryPolicy  `json:"retryPolicy"`
	}
	methodName struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	retryPolicy struct {
		MaxAttempts    int      `json:"maxAttempts"`
		InitialBackoff string   `json:"initialBackoff"`
		MaxBackoff     string   `json:"maxBackoff"`
		Multiplier     float64  `json:"backoffMultiplier"`
		Codes          []string `json:"retryableStatusCodes"`
	}
)

// newServiceConfig spreads calls over the healthy servers of role, and tries again only what its contract
// declares idempotent.
func newServiceConfig(role string) (string, error) {
	idempotent, err := idempotentMethods(role)
	if err != nil {
		return "", err
	}
	config := serviceConfig{
		LoadBalancing: []map[string]struct{}{{"round_robin": {}}},
		// The server as a whole.
		HealthCheck: healthCheck{ServiceName: ""},
		// No more than one further attempt for ten calls that went well, once failures are many.
		RetryThrottling: retryThrottling{MaxTokens: 100, TokenRatio: 0.1},
	}
	if len(idempotent) > 0 {
		config.Methods = []methodConfig{{Names: idempotent, Retry: retryPolicy{
			MaxAttempts: 3, InitialBackoff: "0.02s", MaxBackoff: "0.2s", Multiplier: 2, Codes: []string{"UNAVAILABLE"},
		}}}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("encoding the service config: %w", err)
	}
	return string(text), nil
}

// idempotentMethods lists the methods of the role's contract, the package ventanilla.<role>.v1, whose
// idempotency_level is set.
func idempotentMethods(role string) ([]methodName, error) {
	contract := protoreflect.FullName("ventanilla." + role + ".v1")
	var names []methodName
	services := 0
	protoregistry.GlobalFiles.RangeFilesByPackage(contract, func(file protoreflect.FileDescriptor) bool {
		services += file.Services().Len()
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				options, _ := method.Options().(*descriptorpb.MethodOptions)
				if options.GetIdempotencyLevel() != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN {
					names = append(names, methodName{string(service.FullName()), string(method.Name())})
				}
			}
		}
		return true
	})
	if services == 0 {
		return nil, fmt.Errorf("no service of the package %s is known", contract)
	}
	return names, nil
}

package admin

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Operators are the commands about those who run the platform.
type Operators struct {
	Create     CreateOperator  `cmd:"" help:"Register an operator."`
	List       ListOperators   `cmd:"" help:"List the operators."`
	Disable    DisableOperator `cmd:"" help:"Shut an operator out; the last one with the role security stays."`
	Enable     EnableOperator  `cmd:"" help:"Let a disabled operator back in; it needs a new credential."`
	Credential IssueCredential `cmd:"" help:"Make a short-lived credential for yourself, or, with the role security, for another."`
}

// CreateOperator registers an operator.
type CreateOperator struct {
	Name string   `arg:"" help:"Lower-case letters, digits, dot, dash and underscore."`
	Role []string `help:"What it may do; may be repeated: ${enum}." enum:"viewer,support,editor,publisher,security" required:""`
}

// Run does it.
func (c CreateOperator) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	roles := make([]authv1.OperatorRole, 0, len(c.Role))
	for _, name := range c.Role {
		roles = append(roles, authv1.OperatorRole(authv1.OperatorRole_value["OPERATOR_ROLE_"+strings.ToUpper(name)]))
	}
	answer, err := authv1.NewOperatorServiceClient(conn).CreateOperator(ctx, &authv1.CreateOperatorRequest{
		Operator: &authv1.Operator{Name: c.Name, Roles: roles},
	})
	if err != nil {
		return err
	}
	return out.table(answer, operatorHeading(), [][]string{operatorRow(answer.GetOperator())})
}

// ListOperators lists operators.
type ListOperators struct{}

// Run does it.
func (ListOperators) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewOperatorServiceClient(conn).ListOperators(ctx, &authv1.ListOperatorsRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, operator := range answer.GetOperators() {
		rows = append(rows, operatorRow(operator))
	}
	return out.table(answer, operatorHeading(), rows)
}

// OperatorName names an operator.
type OperatorName struct {
	Name string `arg:"" help:"The operator's name."`
}

// DisableOperator shuts an operator out.
type DisableOperator struct{ OperatorName }

// Run does it.
func (c DisableOperator) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewOperatorServiceClient(conn).DisableOperator(ctx, &authv1.DisableOperatorRequest{Name: c.Name})
	if err != nil {
		return err
	}
	return out.table(answer, operatorHeading(), [][]string{operatorRow(answer.GetOperator())})
}

// EnableOperator lets an operator back in.
type EnableOperator struct{ OperatorName }

// Run does it.
func (c EnableOperator) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewOperatorServiceClient(conn).EnableOperator(ctx, &authv1.EnableOperatorRequest{Name: c.Name})
	if err != nil {
		return err
	}
	return out.table(answer, operatorHeading(), [][]string{operatorRow(answer.GetOperator())})
}

// IssueCredential makes a credential file.
type IssueCredential struct {
	OperatorName
	Out  string        `help:"The file to write, with mode 0600." required:"" placeholder:"FILE" type:"path"`
	Life time.Duration `help:"How long it is to live (1m to 24h)." default:"12h"`
}

// Run does it.
func (c IssueCredential) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := WriteCredential(ctx, authv1.NewOperatorServiceClient(conn), c.Name, c.Life, c.Out)
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{
		{"credential", c.Out},
		{"expires", answer.GetExpiresAt().AsTime().Format(time.RFC3339)},
	})
}

func operatorHeading() []string { return []string{"NAME", "ROLES", "STATE", "CREATED"} }

func operatorRow(operator *authv1.Operator) []string {
	var roles []string
	for _, role := range operator.GetRoles() {
		roles = append(roles, strings.ToLower(strings.TrimPrefix(role.String(), "OPERATOR_ROLE_")))
	}
	return []string{
		operator.GetName(), strings.Join(roles, " "), state(operator.GetDisabled()),
		operator.GetCreatedAt().AsTime().Format(time.RFC3339),
	}
}

package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	partRulePrefix = "PART_RULE_"
	channelPrefix  = "CHANNEL_"
)

// Services are the commands about what providers can consume.
type Services struct {
	Create CreateService `cmd:"" help:"Define a service: which parts a dispatch has, by which channels, how many of them."`
	List   ListServices  `cmd:"" help:"List the services."`
	Update UpdateService `cmd:"" help:"Change what is given and nothing else, for dispatches from then on."`
}

// ServiceTerms are what a service takes. Flags that are not given stay nil or empty.
type ServiceTerms struct {
	Destination         string         `help:"Whether a dispatch has a destination: required, optional or refused. It must be required where a notification or an advertisement is not refused." enum:",required,optional,refused" default:"" placeholder:"RULE"`
	Notification        string         `help:"Whether it has a notification." enum:",required,optional,refused" default:"" placeholder:"RULE"`
	Advertisement       string         `help:"Whether it has an advertisement." enum:",required,optional,refused" default:"" placeholder:"RULE"`
	QRCode              string         `name:"qr-code" help:"Whether it has a redeemable code." enum:",required,optional,refused" default:"" placeholder:"RULE"`
	MicroPayment        string         `help:"Whether it has a payment request." enum:",required,optional,refused" default:"" placeholder:"RULE"`
	Channel             []string       `help:"A channel that it may use, of ${enum}; all when none is given; may be repeated." enum:"sat,sms,fcm,email,webhook" placeholder:"CHANNEL"`
	DailyQuota          *int32         `help:"The most dispatches of a provider in a day of UTC; 0 for no limit." placeholder:"N"`
	DailyRecipientQuota *int32         `help:"The most dispatches of a provider to one recipient in a day of UTC; 0 for no limit." placeholder:"N"`
	Life                *time.Duration `help:"How long a dispatch is worth sending when it does not say (1m to 720h); 72h for a new service." placeholder:"72h"`
	Retention           *time.Duration `help:"How long what was said is kept once nothing more can happen (1m to 43800h); 2160h for a new service." placeholder:"2160h"`
	QuietHours          *bool          `help:"Whether advertisements wait through the recipient's quiet hours; they do for a new service." negatable:""`
}

func (t ServiceTerms) fields() []givenField {
	return []givenField{
		{"destination", t.Destination != ""},
		{"notification", t.Notification != ""},
		{"advertisement", t.Advertisement != ""},
		{"qr_code", t.QRCode != ""},
		{"micro_payment", t.MicroPayment != ""},
		{"channels", t.Channel != nil},
		{"daily_quota", t.DailyQuota != nil},
		{"daily_recipient_quota", t.DailyRecipientQuota != nil},
		{"life", t.Life != nil},
		{"retention", t.Retention != nil},
		{"quiet_hours", t.QuietHours != nil},
	}
}

func (t ServiceTerms) service() *notificationsv1.Service {
	service := &notificationsv1.Service{
		Destination: ruleNamed(t.Destination), Notification: ruleNamed(t.Notification), Advertisement: ruleNamed(t.Advertisement),
		QrCode: ruleNamed(t.QRCode), MicroPayment: ruleNamed(t.MicroPayment),
		DailyQuota: orZero(t.DailyQuota), DailyRecipientQuota: orZero(t.DailyRecipientQuota), QuietHours: t.QuietHours,
	}
	for _, channel := range t.Channel {
		service.Channels = append(service.Channels, channelNamed(channel))
	}
	if t.Life != nil {
		service.Life = durationpb.New(*t.Life)
	}
	if t.Retention != nil {
		service.Retention = durationpb.New(*t.Retention)
	}
	return service
}

func ruleNamed(name string) notificationsv1.PartRule {
	return notificationsv1.PartRule(number(notificationsv1.PartRule_value, partRulePrefix, name))
}

func channelNamed(name string) notificationsv1.Channel {
	return notificationsv1.Channel(number(notificationsv1.Channel_value, channelPrefix, name))
}

// CreateService defines a service.
type CreateService struct {
	Name string `arg:"" help:"A name for people."`
	ServiceTerms
}

// Help explains the rules.
func (CreateService) Help() string {
	return `A service says what a dispatch of its subscribers is made of. Each part is required, optional or refused, and refused where nothing is said:

  admin service create Avisos --destination required --notification required
  admin service create Entradas --qr-code required --destination optional`
}

// Run does it.
func (c CreateService) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	service := c.service()
	service.Name = c.Name
	answer, err := notificationsv1.NewProviderServiceClient(conn).CreateService(ctx, &notificationsv1.CreateServiceRequest{Service: service})
	if err != nil {
		return err
	}
	return showService(out, answer, answer.GetService())
}

// ListServices lists services.
type ListServices struct{}

// Run does it, page by page.
func (ListServices) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &notificationsv1.ListServicesResponse{}
	request := &notificationsv1.ListServicesRequest{PageSize: 500}
	for {
		page, err := notificationsv1.NewProviderServiceClient(conn).ListServices(ctx, request)
		if err != nil {
			return err
		}
		all.Services = append(all.Services, page.GetServices()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	var rows [][]string
	for _, s := range all.GetServices() {
		rows = append(rows, []string{
			fmt.Sprint(s.GetServiceId()), s.GetName(), partsOf(s), channelsOf(s), quotaText(s.GetDailyQuota()), quotaText(s.GetDailyRecipientQuota()),
		})
	}
	return out.table(all, []string{"ID", "NAME", "PARTS", "CHANNELS", "A DAY", "A DAY TO ONE"}, rows)
}

// UpdateService changes a service.
type UpdateService struct {
	ID   int32   `arg:"" help:"The service's number, as \"admin service list\" shows it."`
	Name *string `help:"A name for people."`
	ServiceTerms
	AllChannels bool `help:"Let it use every channel."`
}

// Validate is called when the command line was read.
func (c UpdateService) Validate() error {
	if c.AllChannels && c.Channel != nil {
		return errors.New("--all-channels contradicts --channel")
	}
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

func (c UpdateService) paths() []string {
	return given(append([]givenField{{"name", c.Name != nil}, {"channels", c.AllChannels}}, c.fields()...))
}

// Run does it.
func (c UpdateService) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	service := c.service()
	service.ServiceId, service.Name = c.ID, orZero(c.Name)
	answer, err := notificationsv1.NewProviderServiceClient(conn).UpdateService(ctx, &notificationsv1.UpdateServiceRequest{
		Service: service, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showService(out, answer, answer.GetService())
}

func showService(out Output, message proto.Message, s *notificationsv1.Service) error {
	quiet := "send advertisements"
	if s.GetQuietHours() {
		quiet = "hold advertisements back"
	}
	return out.record(message, [][2]string{
		{"id", fmt.Sprint(s.GetServiceId())},
		{"name", s.GetName()},
		{"parts", partsOf(s)},
		{"channels", channelsOf(s)},
		{"a day", quotaText(s.GetDailyQuota())},
		{"a day to one", quotaText(s.GetDailyRecipientQuota())},
		{"life", s.GetLife().AsDuration().String()},
		{"retention", s.GetRetention().AsDuration().String()},
		{"quiet hours", quiet},
		{"created", moment(s.GetCreatedAt())},
		{"updated", moment(s.GetUpdatedAt())},
	})
}

// partsOf are the parts that a service does not refuse; those that may be missing have a question mark.
func partsOf(s *notificationsv1.Service) string {
	var parts []string
	for _, part := range []struct {
		name string
		rule notificationsv1.PartRule
	}{
		{"destination", s.GetDestination()},
		{"notification", s.GetNotification()},
		{"advertisement", s.GetAdvertisement()},
		{"qr-code", s.GetQrCode()},
		{"micro-payment", s.GetMicroPayment()},
	} {
		switch part.rule {
		case notificationsv1.PartRule_PART_RULE_REQUIRED:
			parts = append(parts, part.name)
		case notificationsv1.PartRule_PART_RULE_OPTIONAL:
			parts = append(parts, part.name+"?")
		}
	}
	return strings.Join(parts, " ")
}

func channelsOf(s *notificationsv1.Service) string {
	if len(s.GetChannels()) == 0 {
		return "all"
	}
	var names []string
	for _, channel := range slices.Sorted(slices.Values(s.GetChannels())) {
		names = append(names, word(channel, channelPrefix))
	}
	return strings.Join(names, " ")
}

func quotaText(quota int32) string {
	if quota == 0 {
		return "unlimited"
	}
	return fmt.Sprint(quota)
}

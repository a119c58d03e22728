package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Recipients are the commands about how persons are reached, beside what identity knows.
type Recipients struct {
	Show          ShowRecipient  `cmd:"" help:"Show a person's devices, webhooks and wishes. Identity has the telephone numbers and mail addresses."`
	AddAddress    AddAddress     `cmd:"" help:"Enter a device or a webhook; the secret of a new webhook is shown this once."`
	RemoveAddress RemoveAddress  `cmd:"" help:"Take a device or a webhook away."`
	Wishes        PutWishes      `cmd:"" help:"Set a person's time zone, or whether it refuses advertisements."`
	Erase         EraseRecipient `cmd:"" help:"Forget a person's addresses and wishes, and what was said to it."`
}

// RecipientID names a person.
type RecipientID struct {
	ID string `arg:"" help:"The person's identifier, as \"admin person find\" shows it."`
	World
}

// ShowRecipient shows a person's addresses and wishes.
type ShowRecipient struct{ RecipientID }

// Run does it.
func (c ShowRecipient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewRecipientServiceClient(conn).GetRecipient(ctx, &notificationsv1.GetRecipientRequest{DataSet: c.set(), PersonId: c.ID})
	if err != nil {
		return err
	}
	lines := wishesLines(answer.GetWishes())
	for _, a := range answer.GetAddresses() {
		lines = append(lines, [2]string{word(a.GetChannel(), channelPrefix), strings.Join([]string{a.GetAddressId(), "…" + a.GetValue(), moment(a.GetCreatedAt())}, "  ")})
	}
	return out.record(answer, lines)
}

// AddAddress enters an address.
type AddAddress struct {
	RecipientID
	Channel string `arg:"" help:"What it is: ${enum}." enum:"fcm,webhook"`
	File    string `arg:"" help:"A file with the registration token of the device, or the https address of the webhook (- for standard input): it is the person's and belongs on no command line." placeholder:"FILE"`
}

// Run does it.
func (c AddAddress) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	value, err := in.read(c.File)
	if err != nil {
		return err
	}
	answer, err := notificationsv1.NewRecipientServiceClient(conn).PutAddress(ctx, &notificationsv1.PutAddressRequest{
		DataSet: c.set(), PersonId: c.ID, Address: &notificationsv1.Address{Channel: channelNamed(c.Channel), Value: strings.TrimSpace(value)},
	})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{
		{"id", answer.GetAddress().GetAddressId()},
		{"secret", answer.GetSecret()},
		{"channel", word(answer.GetAddress().GetChannel(), channelPrefix)},
		{"created", moment(answer.GetAddress().GetCreatedAt())},
	})
}

// RemoveAddress takes an address away.
type RemoveAddress struct {
	RecipientID
	Address string `arg:"" help:"The address's identifier, as \"admin recipient show\" shows it."`
}

// Run does it.
func (c RemoveAddress) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewRecipientServiceClient(conn).DeleteAddress(ctx, &notificationsv1.DeleteAddressRequest{
		DataSet: c.set(), PersonId: c.ID, AddressId: c.Address,
	})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"removed", c.Address}})
}

// PutWishes sets a person's wishes. Flags that are not given leave what there is.
type PutWishes struct {
	RecipientID
	TimeZone              *string `help:"The person's time zone, as America/Santiago; empty for the platform's." placeholder:"ZONE"`
	RefusesAdvertisements *bool   `help:"Whether the person refuses advertisements." negatable:""`
}

// Validate is called when the command line was read.
func (c PutWishes) Validate() error {
	if c.TimeZone == nil && c.RefusesAdvertisements == nil {
		return errors.New("give --time-zone, --refuses-advertisements or --no-refuses-advertisements")
	}
	return nil
}

// Run does it.
func (c PutWishes) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	recipients := notificationsv1.NewRecipientServiceClient(conn)
	known, err := recipients.GetRecipient(ctx, &notificationsv1.GetRecipientRequest{DataSet: c.set(), PersonId: c.ID})
	if err != nil {
		return err
	}
	wishes := &notificationsv1.Wishes{TimeZone: known.GetWishes().GetTimeZone(), RefusesAdvertisements: known.GetWishes().GetRefusesAdvertisements()}
	if c.TimeZone != nil {
		wishes.TimeZone = *c.TimeZone
	}
	if c.RefusesAdvertisements != nil {
		wishes.RefusesAdvertisements = *c.RefusesAdvertisements
	}
	answer, err := recipients.PutWishes(ctx, &notificationsv1.PutWishesRequest{DataSet: c.set(), PersonId: c.ID, Wishes: wishes})
	if err != nil {
		return err
	}
	return showWishes(out, answer, answer.GetWishes())
}

// EraseRecipient forgets a person.
type EraseRecipient struct {
	RecipientID
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Help tells what goes and what stays.
func (EraseRecipient) Help() string {
	return `The person's devices, webhooks and wishes are removed, and what was said to the person in dispatches that are not being sent. That there were dispatches, and what became of them, stays and leads to nobody any more. It is one half of an erasure; "admin data erase" removes the person from identity.`
}

// Run does it.
func (c EraseRecipient) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This removes what was said to the person, and how it is reached. It cannot be undone.", c.ID); err != nil {
		return err
	}
	answer, err := notificationsv1.NewRecipientServiceClient(conn).DeleteRecipient(ctx, &notificationsv1.DeleteRecipientRequest{DataSet: c.set(), PersonId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"dispatches erased", fmt.Sprint(answer.GetDispatches())}})
}

func showWishes(out Output, message proto.Message, wishes *notificationsv1.Wishes) error {
	return out.record(message, wishesLines(wishes))
}

func wishesLines(wishes *notificationsv1.Wishes) [][2]string {
	return [][2]string{{"time zone", wishes.GetTimeZone()}, {"refuses advertisements", strconv.FormatBool(wishes.GetRefusesAdvertisements())}}
}

package accept

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/content"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/picture"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// What a service has that does not say otherwise.
const (
	defaultLife      = 72 * time.Hour
	defaultRetention = 90 * 24 * time.Hour
)

// identify is what names a request: what a repetition is known by.
func (a *Acceptor) identify(in *notificationsv1.DispatchRequest) store.NewDispatch {
	d := store.NewDispatch{ProviderID: in.GetProviderId(), ServiceID: in.GetServiceId(), Digest: a.digestOf(in)}
	if !blank(in.GetReference()) {
		d.Reference = in.GetReference()
	}
	if !blank(in.GetIdempotencyKey()) {
		d.Key = hexDigest([]byte(in.GetIdempotencyKey()))
	}
	return d
}

// compose completes what is to be stored of a request, or fails with what is wrong with it.
func (a *Acceptor) compose(ctx context.Context, d *store.NewDispatch, in *notificationsv1.DispatchRequest, offer store.Offer) error {
	var f faults
	now := a.Now().UTC().Truncate(time.Millisecond)
	a.checkParts(&f, in, offer.Service, offer.Provider.DataSet)
	checkFields(&f, in, now)
	if err := f.err(); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("making an identifier: %w", err)
	}
	d.ID, d.DataSet = id.String(), offer.Provider.DataSet
	if !blank(in.GetDestination()) {
		d.PersonID = in.GetDestination()
	}
	d.DailyQuota, d.RecipientQuota = offer.Service.GetDailyQuota(), offer.Service.GetDailyRecipientQuota()
	d.Retention = orDefault(offer.Service.GetRetention().AsDuration(), defaultRetention)
	setTimes(d, in, now, orDefault(offer.Service.GetLife().AsDuration(), defaultLife))
	a.addCode(d, in.GetQrCode())
	addPayment(d, in.GetMicroPayment())
	if err := a.say(ctx, d, in, offer.Service); err != nil {
		return err
	}
	return a.reach(ctx, d)
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func setTimes(d *store.NewDispatch, in *notificationsv1.DispatchRequest, now time.Time, life time.Duration) {
	from := now
	if at := optional(in.GetSendAt()); at.After(now) {
		d.SendAt, from = at, at
	}
	if d.ExpiresAt = optional(in.GetExpiresAt()); d.ExpiresAt.IsZero() {
		d.ExpiresAt = from.Add(life)
	}
}

// optional is zero for none.
func optional(at *timestamppb.Timestamp) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.AsTime()
}

func (a *Acceptor) addCode(d *store.NewDispatch, c *notificationsv1.QRCode) {
	if c == nil {
		return
	}
	id, _ := a.Codes.Issue()
	d.Code = &store.NewCode{
		ID: id, Kind: c.GetKind(), Title: c.GetTitle(), ProviderCode: c.GetCode(),
		ValidFrom: optional(c.GetValidFrom()), ValidUntil: optional(c.GetValidUntil()), Uses: max(c.GetUses(), 1),
	}
	d.Parts = append(d.Parts, store.Part{Kind: message.QRCode, Status: message.Delivered})
}

func addPayment(d *store.NewDispatch, p *notificationsv1.MicroPayment) {
	if p == nil {
		return
	}
	d.Payment = &store.NewPayment{
		ID: strings.ToLower(rand.Text()), Currency: p.GetCurrency(), Concept: p.GetConcept(), Reference: p.GetReference(), Amount: p.GetAmount(),
	}
	d.Parts = append(d.Parts, store.Part{Kind: message.MicroPayment, Status: message.Sent})
}

// say adds the parts that say something, and what they say.
func (a *Acceptor) say(ctx context.Context, d *store.NewDispatch, in *notificationsv1.DispatchRequest, service *notificationsv1.Service) error {
	var c content.Content
	var err error
	if c.Notification, err = a.sayPart(ctx, d, message.Notification, "notification", in.GetNotification()); err != nil {
		return err
	}
	if c.Advertisement, err = a.sayPart(ctx, d, message.Advertisement, "advertisement", in.GetAdvertisement()); err != nil {
		return err
	}
	if c.Notification == nil && c.Advertisement == nil {
		return nil
	}
	c.QuietHours = c.Advertisement != nil && (service.QuietHours == nil || service.GetQuietHours())
	d.Content = c.Encode()
	return nil
}

func (a *Acceptor) sayPart(ctx context.Context, d *store.NewDispatch, kind message.Kind, field string, m *notificationsv1.Message) (*content.Part, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // there is no such part, which is no error
	}
	said := &content.Part{Channel: message.ChannelOf(m.GetChannel()), Title: m.GetTitle(), Text: m.GetMessage(), Data: m.GetData()}
	if !blank(m.GetLink()) {
		said.Link = m.GetLink()
	}
	if m.GetTemplate() != nil {
		var err error
		if said.Title, said.Text, err = a.render(ctx, d.ProviderID, field+".template", m.GetTemplate()); err != nil {
			return nil, err
		}
	}
	if len(m.GetPicture()) > 0 {
		bytes, mediaType, err := picture.Normalize(m.GetPicture())
		if err != nil {
			return nil, rpcerr.Invalid(field+".picture", err.Error())
		}
		said.PictureID = strings.ToLower(rand.Text())
		d.Pictures = append(d.Pictures, store.NewPicture{ID: said.PictureID, Kind: kind, MediaType: mediaType, Bytes: bytes})
	}
	part := store.Part{Kind: kind, Channel: said.Channel, Status: message.Accepted}
	if kind == message.Advertisement {
		part.Priority = message.Bulk
	}
	if !d.SendAt.IsZero() {
		part.Status, part.Reason = message.Scheduled, message.SendAt
	}
	d.Parts = append(d.Parts, part)
	return said, nil
}

// reach fails where nobody has the identifier, or the person has no address for a channel: one answer, so that nobody can be probed.
func (a *Acceptor) reach(ctx context.Context, d *store.NewDispatch) error {
	if d.PersonID == "" {
		return nil
	}
	person, err := a.Directory.Find(ctx, d.DataSet, d.PersonID)
	if err != nil {
		return fmt.Errorf("looking for the recipient: %w", err)
	}
	reached := person.Known
	for _, part := range d.Parts {
		if part.Channel != "" && len(person.Addresses[part.Channel]) == 0 {
			reached = false
		}
	}
	if !reached {
		return rpcerr.New(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "the destination cannot be reached",
			rpcerr.Field("destination", "nobody who can be reached by the channel has this identifier"))
	}
	return nil
}

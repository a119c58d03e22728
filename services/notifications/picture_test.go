package notifications_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

func TestPicturesAreGivenUntilTheyAreErased(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		var drawn bytes.Buffer
		check(t, png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 3, 2))))
		_, err := p.DB.Write.ExecContext(t.Context(), `INSERT INTO dispatch (dispatch_id, provider_id, service_id, data_set, person_id, reference, digest,
			first_status, status, version, created_at, expires_at, changed_at, retention) VALUES ('d', 1, 1, 'production', 'ana', '', '', 'sent', 'sent', 1, 1, 1, 1, 1)`)
		check(t, err)
		_, err = p.DB.Write.ExecContext(t.Context(), `INSERT INTO picture (picture_id, dispatch_id, part, media_type, bytes) VALUES ('p', 'd', 2, 'image/png', $1)`, drawn.Bytes())
		check(t, err)
		pictures := notificationsv1.NewPictureServiceClient(r.As("gateway"))
		get := func(id string) (*notificationsv1.GetPictureResponse, error) {
			return pictures.GetPicture(t.Context(), &notificationsv1.GetPictureRequest{PictureId: id})
		}
		got, err := get("p")
		if check(t, err); !bytes.Equal(got.GetPicture(), drawn.Bytes()) || got.GetMediaType() != "image/png" {
			t.Errorf("got %v", got)
		}
		_, err = get("another")
		wantReason(t, err, errorsv1.Reason_REASON_PICTURE_NOT_FOUND)
		erased, err := r.recipients().DeleteRecipient(p.ByOperator("security"), &notificationsv1.DeleteRecipientRequest{PersonId: "ana"})
		if check(t, err); erased.GetDispatches() != 1 {
			t.Errorf("%d were erased", erased.GetDispatches())
		}
		_, err = get("p")
		wantReason(t, err, errorsv1.Reason_REASON_PICTURE_NOT_FOUND)
		if person, err := sqlstore.Row(t.Context(), p.DB, sqlstore.Value[string], `SELECT person_id FROM dispatch`); person != "" || err != nil {
			t.Errorf("it is of %q, %v", person, err)
		}
	})
}

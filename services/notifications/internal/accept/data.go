package accept

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// dataName is the name of something that apps are told.
var dataName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// taken are names among the data of FCM that mean something else, to apps of ours or to FCM.
var taken = []string{"id", "link", "from", "message_type", "collapse_key"}

// checkData holds what an app is told beside a text against what carriers can tell it.
func checkData(f *faults, field string, m *notificationsv1.Message) {
	if len(m.GetData()) == 0 {
		return
	}
	f.must(field, tellsApps(m.GetChannel()), "be empty but for FCM and WEBHOOK")
	for _, name := range slices.Sorted(maps.Keys(m.GetData())) {
		if !dataName.MatchString(name) || slices.Contains(taken, name) || strings.HasPrefix(name, "google") || strings.HasPrefix(name, "gcm") {
			f.must(field, false, "have names that are free, of lower-case letters, digits and \"_\"")
			continue
		}
		f.plain(field+"."+name, m.GetData()[name], false)
	}
}

func tellsApps(channel notificationsv1.Channel) bool {
	return channel == notificationsv1.Channel_CHANNEL_FCM || channel == notificationsv1.Channel_CHANNEL_WEBHOOK
}

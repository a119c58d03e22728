package messaging

import (
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// fieldNames are those of a message, by theirs in notifications' request.
func fieldNames() map[string]string {
	return map[string]string{
		"notification.channel": "channel", "notification.title": "title", "notification.message": "message", "notification.link": "link",
		"reference": "reference", "idempotency_key": "reference",
	}
}

// failure is session's reason for notifications' own. What is not about the message is no fault of whoever sends it.
func failure(err error) error {
	switch reason := rpcerr.Reason(err); reason {
	case errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE:
		return err
	case errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED:
		return undeliverable(err, "session is no provider of notifications in the data set, or consumes no service")
	case errorsv1.Reason_REASON_PART_REFUSED:
		return undeliverable(err, "nobody carries the channel")
	case errorsv1.Reason_REASON_DESTINATION_UNREACHABLE:
		return undeliverable(err, "the person has no address for the channel")
	case errorsv1.Reason_REASON_DISPATCH_CONFLICT:
		return rpcerr.Wrap(errorsv1.Reason_REASON_MESSAGE_CONFLICT, err, "the reference was used with another content",
			rpcerr.Field("reference", "was used with another content"))
	case errorsv1.Reason_REASON_QUOTA_EXCEEDED:
		delay, _ := rpcerr.Delay(err)
		return rpcerr.Wrap(reason, err, "the quota for the day is used up", rpcerr.RetryAfter(delay))
	case errorsv1.Reason_REASON_DISPATCH_NOT_FOUND:
		return rpcerr.Wrap(errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND, err, "no notification has the identifier")
	case errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID:
		if fields, ok := renamed(err); ok {
			return rpcerr.Wrap(reason, err, "a field is missing or not valid", fields...)
		}
	}
	return rpcerr.FromCallee("notifications", err)
}

func undeliverable(err error, message string) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, err, message)
}

// renamed is what is wrong with which fields of a message. ok is false when it is about what session itself put into the request.
func renamed(err error) (fields []rpcerr.Option, ok bool) {
	for _, wrong := range rpcerr.Fields(err) {
		name, known := fieldNames()[wrong.Field]
		if !known {
			return nil, false
		}
		fields = append(fields, rpcerr.Field(name, wrong.Description))
	}
	return fields, len(fields) > 0
}

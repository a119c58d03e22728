package fcm

// Result is what an answer means.
var Result = result

// Codes are those of FCM's own that are known, Statuses those of HTTP.
var (
	Codes    = codes
	Statuses = statuses
)

// Early is how long before a token's end the next is fetched.
const Early = early

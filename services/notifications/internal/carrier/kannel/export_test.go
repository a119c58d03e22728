package kannel

// What the tests look at by itself.
var (
	Result  = result
	Decode  = decode
	SMSText = smsText
	SIMText = simText
	GSM7    = gsm7
	Codes   = len(codes)
)

// Pause is how long Kannel is left alone when it does not say for how long, MaxReports how many reports are taken at a time.
const (
	Pause      = pause
	MaxReports = maxReports
	// MaxConnections is how many connections are served at a time.
	MaxConnections = maxConnections
)

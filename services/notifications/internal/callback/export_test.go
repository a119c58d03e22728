package callback

// Backoff is backoff.
var Backoff = backoff

// Size and PerCallee are how many calls are under way at a time, in all and of one provider.
const (
	Size      = size
	PerCallee = perCallee
)

package edge

import (
	"context"
	"strconv"
	"strings"
)

// jsonType is the media type that every route answers in, unless it has only another.
const jsonType = "application/json"

// MediaType is the media type in which the caller of a request prefers the answer: one of those of the route.
func MediaType(ctx context.Context) string {
	if x, ok := fromContext(ctx); ok && x.mediaType != "" {
		return x.mediaType
	}
	return jsonType
}

// preference is how much a media type is wanted.
type preference struct {
	quality     float64 // 0 when it is not allowed
	specificity int     // of the media range that decides: 0 for */*, 1 for type/*, 2 for the type itself, -1 for none
}

// choose returns the media type that Accept prefers (RFC 9110, 12.5.1) among those offered: the one of higher quality,
// or else the one that is named more closely. The first wins a tie. It is empty when none is allowed.
func choose(accept, offered []string) string {
	chosen, best := "", preference{}
	for _, mediaType := range offered {
		p := preferenceFor(mediaType, accept)
		if p.quality > best.quality || p.quality > 0 && p.quality == best.quality && p.specificity > best.specificity {
			chosen, best = mediaType, p
		}
	}
	return chosen
}

// preferenceFor is what the most specific range that includes the media type says. Without the header everything is allowed.
func preferenceFor(mediaType string, accept []string) preference {
	decided, seen := preference{specificity: -1}, false
	for _, value := range accept {
		for part := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(part, ";")
			name = strings.TrimSpace(name)
			if name == "" {
				continue
			}
			seen = true
			if s := specificity(name, mediaType); s >= 0 && s >= decided.specificity {
				decided = preference{quality(params), s}
			}
		}
	}
	if !seen {
		return preference{quality: 1}
	}
	return decided
}

// specificity tells how closely a media range names a media type, -1 when it does not include it.
func specificity(mediaRange, mediaType string) int {
	if strings.EqualFold(mediaRange, mediaType) {
		return 2
	}
	major, minor, _ := strings.Cut(mediaRange, "/")
	if minor != "*" {
		return -1
	}
	if major == "*" {
		return 0
	}
	if own, _, _ := strings.Cut(mediaType, "/"); strings.EqualFold(major, own) {
		return 1
	}
	return -1
}

// quality is the weight among the parameters of a media range, 1 when there is none.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(name, "q") {
			if q, err := strconv.ParseFloat(value, 64); err == nil {
				return q
			}
		}
	}
	return 1
}

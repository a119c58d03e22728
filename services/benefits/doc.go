// Package benefits is the service that decides which benefits a person may have (ventanilla.benefits.v1): a catalogue of
// benefits whose conditions are rules that can be read, dated, tested, simulated and explained, and their evaluation over the
// facts of identity.v1.
//
// A condition is true, false or unknown: what is not on record is unknown. A benefit is eligible when all its conditions
// are true, not eligible when one is false, and potential otherwise. Versions of a benefit never change; which ones decide
// follows from the day as of which, and the time as known at which, is asked. There is one catalogue for both data sets.
package benefits

// Package delivery sends parts: it claims what is due, finds the recipient, gives a carrier the message, and writes what came of it. Advertisements
// wait for the end of quiet hours and are not sent to who refuses them; nothing is sent past its time. A replica that stops lets what is being sent
// come to its end and gives the rest back.
package delivery

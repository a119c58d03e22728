// Package notifications is the dispatcher (ventanilla.notifications.v1; document 001, "Services"): it stores what providers want delivered,
// delivers it by the right channel, and tells what became of it.
//
// What was accepted is never lost: the answer leaves after the commit. Delivery is at least once. One replica works on a part at a time,
// under a lease; what it finds out is written only while its lease is the last one. An attempt whose outcome nobody knows is marked so, and repeated.
package notifications

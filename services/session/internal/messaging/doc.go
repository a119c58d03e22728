// Package messaging has notifications.v1 tell persons something, in session's own name: as the provider whose role session is in the data set, by the service
// of its newest good subscription. An operator enters both; there is no setting.
package messaging

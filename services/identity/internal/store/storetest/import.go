package storetest

var importChecks = checks{}

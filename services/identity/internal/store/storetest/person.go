package storetest

var personChecks = checks{}

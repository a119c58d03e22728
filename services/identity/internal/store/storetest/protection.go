package storetest

var protectionChecks = checks{}

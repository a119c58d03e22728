package storetest

var cardChecks = checks{}

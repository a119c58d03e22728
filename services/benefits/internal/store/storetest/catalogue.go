package storetest

var catalogueChecks = checks{}

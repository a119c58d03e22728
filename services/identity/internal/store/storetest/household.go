package storetest

var householdChecks = checks{}

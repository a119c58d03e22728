package tuidd

// For tests that walk the tables.
var Answers = answers

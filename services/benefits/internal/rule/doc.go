// Package rule decides and explains the conditions of benefits. A condition is an expression of the Common Expression Language (CEL) over
// typed facts; it is true, false or unknown, as in Kleene's logic: a fact that is not on record is unknown, and so is what depends on
// it. An expression cannot ask whether a fact is there, so that whatever becomes known later, true stays true and false stays false.
//
// Nothing unbounded can run. A text has at most 1000 bytes and is nested at most 50 deep, which bounds the parser. A string is at most 4 KiB and a
// list at most 64 items of 256 bytes, and what is larger is unknown. With these sizes the cost of an expression at its worst is estimated when it is
// compiled, and one beyond the limit is refused; so it is the static bound that holds, and evaluation counts
// nothing. It can hold, since there is no recursion, loops go over lists only, and none of them builds a value:
// a string grows by concatenation only, which is as long as it is written. Of functions there are only those whose cost follows from their arguments' sizes;
// regular expressions are left out.
package rule

// Package list turns what is asked of a list, its filters and its order (session.v1.ListQuery), into SQL.
//
// A list declares the fields that it can be filtered and ordered by. Of a query only the declared columns and the operators reach the text of a
// statement; values are its arguments. So there are finitely many texts, and none has anything of what was asked in it.
package list

package store

// Oldest is a condition on the rows that a statement changes: that they are among the first of an index for which where holds, at most as many as
// the placeholder limit says. Rows that another transaction has locked are passed over, so that replicas which work side by side take different ones. On
// PostgreSQL the rows come from the places that a subquery found, which no plan can turn into a look at the whole table.
func (db *DB) Oldest(table, where, order, limit string) string {
	if db.Engine == PostgreSQL {
		return table + `.ctid = ANY (ARRAY(SELECT ctid FROM ` + table + ` WHERE ` + where + ` ORDER BY ` + order + ` LIMIT ` + limit + ` FOR UPDATE SKIP LOCKED))`
	}
	return table + `.rowid IN (SELECT rowid FROM ` + table + ` WHERE ` + where + ` ORDER BY ` + order + ` LIMIT ` + limit + `)`
}

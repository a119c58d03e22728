package bounce

// Read is read, and Token token, for the fuzz targets.
var (
	Read  = read
	Token = token
)

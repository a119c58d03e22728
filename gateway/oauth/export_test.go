package oauth

// IntrospectFields is for a test that walks the table.
var IntrospectFields = introspectFields

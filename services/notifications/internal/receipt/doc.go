// Package receipt makes the tokens by which carriers name an attempt in what they tell later, and reads them again.
package receipt

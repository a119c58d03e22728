package config

import (
	"errors"
	"fmt"
)

// InSection puts a section's name, and a dot, before each mistake of its settings. Nil stays nil.
func InSection(section string, err error) error {
	if err == nil {
		return nil
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s.%w", section, err)
	}
	var errs []error
	for _, one := range several.Unwrap() {
		errs = append(errs, InSection(section, one))
	}
	return errors.Join(errs...)
}

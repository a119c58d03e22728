package platform

import (
	"fmt"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// BootstrapRole is the peer that sets a platform up, or lets its owner back in.
const BootstrapRole = "bootstrap"

// checkInternalRoles keeps the rights of the platform's own roles from other programs.
func (s Settings) checkInternalRoles() error {
	for i, role := range s.InternalRoles {
		switch {
		case !pki.ValidRole(role):
			return fmt.Errorf("internal_roles: %q must be lower-case letters, digits and hyphens, a letter first, 40 at most", role)
		case role == BootstrapRole, slices.Contains(Roles(), role):
			return fmt.Errorf("internal_roles: %s is the platform's own", role)
		case slices.Contains(s.InternalRoles[:i], role):
			return fmt.Errorf("internal_roles: %s is named twice", role)
		}
	}
	return nil
}

package platform

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
	"github.com/ventanilla/ventanilla/services/session"
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

// internalFolder holds what the organisation's own programs need to call the roles of `up`: ca.pem, and for each program
// its certificate and key. They are made anew at each start.
const internalFolder = "roles"

func issueInternal(ca *pki.CA, folder *Folder, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	if err := ca.SaveCertificate(folder.Path(internalFolder)); err != nil {
		return err
	}
	for _, role := range roles {
		leaf, err := ca.IssueRole(role)
		if err != nil {
			return fmt.Errorf("making the certificate of %s: %w", role, err)
		}
		if err := pki.SaveLeaf(folder.Path(internalFolder), role, leaf); err != nil {
			return err
		}
	}
	return nil
}

// internalClient is how the first of the programs calls the roles.
func internalClient(mesh *Mesh, folder *Folder) demo.Internal {
	role := mesh.process.Settings.InternalRoles[0]
	file := func(name string) string { return folder.Path(filepath.Join(internalFolder, name)) }
	return demo.Internal{
		Role: role, RolesCAFile: file("ca.pem"), CertFile: file(role + ".pem"), KeyFile: file(role + "-key.pem"),
		AuthAddress: mesh.served[auth.Role], IdentityAddress: mesh.served[identity.Role], BenefitsAddress: mesh.served[benefits.Role],
		NotificationsAddress: mesh.served[notifications.Role], SessionAddress: mesh.served[session.Role],
	}
}

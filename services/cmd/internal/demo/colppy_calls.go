package demo

import "fmt"

// print shows the calls of a program: a session, a listing with a filter, its end, and what can be called.
func (f Colppy) print(step func(comment, line string, args ...any), curl, base string) {
	call := func(provision, operation, parameters string) string {
		return fmt.Sprintf(`%s -X POST %s/lib/frontera2/service.php -H 'Content-Type: application/json' -d '{"auth":{"usuario":"%s","password":"%s"},`+
			`"service":{"provision":"%s","operacion":"%s"},"parameters":%s}'`, curl, base, f.Auth.Usuario, f.Auth.Password, provision, operation, parameters)
	}
	session := fmt.Sprintf(`"sesion":{"usuario":"%s","claveSesion":"'"$CLAVE"'"}`, f.User.Usuario)
	login := call("Usuario", "iniciar_sesion", fmt.Sprintf(`{"usuario":"%s","password":"%s"}`, f.User.Usuario, f.User.Password))
	step("colppy: a user logs in through a developer's program", "%s", login)
	step("the same, the session's key kept in a variable", `CLAVE=$(%s | sed -E 's/.*"claveSesion":"([^"]+)".*/\1/')`, login)
	step("colppy: the customers of an organisation in a province, by town", "%s", call("Cliente", "listar_cliente", fmt.Sprintf(
		`{%s,"idEmpresa":"%d","start":0,"limit":2,"filter":[{"field":"DirPostalProvincia","op":"=","value":"Mendoza"}],"order":[{"field":"DirPostalCiudad","dir":"asc"}]}`,
		session, f.IDEmpresa)))
	step("colppy: what a customer may get, who is a person on record", "%s", call("Beneficio", "listar_potenciales", fmt.Sprintf(
		`{%s,"idEmpresa":"%d","idCliente":"%d","categoria":"salud"}`, session, f.IDEmpresa, f.IDCliente)))
	step("colppy: the user logs out", "%s", call("Usuario", "cerrar_sesion", "{"+session+"}"))
	step("colppy: the session is over", "%s", call("Empresa", "listar_empresa", "{"+session+"}"))
	step("colppy: provisions and operations that can be called", "%s", call("Indice", "listar", "{}"))
}

package colppy

import (
	"net/http"
	"strconv"
)

// Estado is a code of result.estado. Codes are stable: they may be added, never given another meaning.
type Estado int

// The codes. EstadoExito is also that of operations which refuse: their response says why.
const (
	EstadoExito         Estado = 0
	EstadoJSON          Estado = 1
	EstadoSinCredencial Estado = 2
	EstadoCredencial    Estado = 3
	EstadoProvision     Estado = 4
	EstadoOperacion     Estado = 5
	EstadoSinSesion     Estado = 6
	EstadoSesion        Estado = 7
	EstadoIngreso       Estado = 8
	EstadoLimite        Estado = 9
	EstadoNoDisponible  Estado = 10
	EstadoMantenimiento Estado = 11
	EstadoInterno       Estado = 12
	EstadoRuta          Estado = 20
	EstadoMetodo        Estado = 21
	EstadoFormato       Estado = 22
	EstadoTipo          Estado = 23
	EstadoTamano        Estado = 24
	EstadoTransporte    Estado = 25
	EstadoRetirado      Estado = 26
	EstadoSinPermiso    Estado = 27
)

// Meaning is what an estado says.
type Meaning struct {
	Estado Estado
	// Mensaje is result.mensaje.
	Mensaje string
	// When it is answered, for the documentation.
	When string
	// Status is the HTTP status under a strict switch.
	Status int
	// Kept tells that it is the HTTP status without one too.
	Kept bool
}

// Estados is the table of codes, in their order.
func Estados() []Meaning { return meanings }

var meanings = []Meaning{
	{EstadoExito, mensajeExito, "the operation was carried out, or refused: see `response.success`", http.StatusOK, false},
	{EstadoJSON, "El cuerpo no es un objeto JSON válido", "the body is empty, no JSON object in UTF-8, has a member twice or nests deeper than 32", http.StatusBadRequest, false},
	{EstadoSinCredencial, "Faltan las credenciales del desarrollador", "`auth.usuario` or `auth.password` is missing or blank", http.StatusUnauthorized, false},
	{EstadoCredencial, "Las credenciales del desarrollador no son válidas", "the developer is unknown, of the other data set or shut out, or the password is wrong: one answer for all", http.StatusUnauthorized, false},
	{EstadoProvision, "La provisión no existe", "`service.provision` is none of the index; letter case counts", http.StatusNotFound, false},
	{EstadoOperacion, "La operación no existe", "`service.operacion` is none of the provision's; letter case counts", http.StatusNotFound, false},
	{EstadoSinSesion, "Falta la sesión", "`parameters.sesion` lacks `usuario` or `claveSesion`", http.StatusUnauthorized, false},
	{EstadoSesion, "La sesión no es válida", "the session is unknown, over, another developer's or another user's: one answer for all", http.StatusUnauthorized, false},
	{EstadoIngreso, "El usuario o la contraseña no son válidos", "the user is unknown or shut out, or the password is wrong: one answer for all", http.StatusUnauthorized, false},
	{EstadoLimite, "Demasiadas solicitudes", "too many calls, or too many failed logins: `Retry-After` says when to try again", http.StatusTooManyRequests, true},
	{EstadoNoDisponible, "El servicio no está disponible en este momento", "a part of the platform is away: `Retry-After` says when to try again", http.StatusServiceUnavailable, true},
	{EstadoMantenimiento, "El servicio está en mantenimiento", "an operator said so: `Retry-After` says when to try again", http.StatusServiceUnavailable, true},
	{EstadoInterno, "Error interno del servidor", "the platform failed", http.StatusInternalServerError, false},
	{EstadoRuta, "La dirección no existe", "another path under `/lib/frontera2`", http.StatusNotFound, true},
	{EstadoMetodo, "El método HTTP no está permitido", "neither POST nor GET: `Allow` has those that are", http.StatusMethodNotAllowed, true},
	{EstadoFormato, "Solo se responde en application/json", "`Accept` excludes JSON", http.StatusNotAcceptable, true},
	{EstadoTipo, "El tipo de contenido no es aceptado", "never yet: any type is read", http.StatusUnsupportedMediaType, true},
	{EstadoTamano, "El cuerpo es demasiado grande", "the body is larger than 1 MiB", http.StatusRequestEntityTooLarge, true},
	{EstadoTransporte, "Solo se acepta HTTPS", "the call came over plain HTTP", http.StatusForbidden, true},
	{EstadoRetirado, "El servicio fue retirado", "an operator retired the endpoint", http.StatusGone, true},
	{EstadoSinPermiso, "No tiene permiso para esta operación", "the platform lets nobody do this", http.StatusForbidden, false},
}

// meaning is what an estado says.
func (e Estado) meaning() Meaning {
	for _, m := range meanings {
		if m.Estado == e {
			return m
		}
	}
	return EstadoInterno.meaning()
}

// key is the estado in an error's metadata.
func (e Estado) key() string { return strconv.Itoa(int(e)) }

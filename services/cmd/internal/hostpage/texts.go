package hostpage

// texts is what the page says of its own.
type texts struct {
	Title, Lead, Citizen, Language, Theme, Auto, Light, Dark, Trial, Nothing, Token, Key, Place, Show, Log, LogHint, LogEmpty, NoToken, NoPlatform, Foot string
}

var spoken = map[string]texts{
	"es": {
		Title: "Ministerio de Ejemplo", Lead: "Una página que muestra los dos widgets de Red de Protección Social.",
		Citizen: "Persona que ingresó", Language: "Idioma", Theme: "Apariencia", Auto: "Como el sistema", Light: "Clara", Dark: "Oscura",
		Trial: "Qué probar", Nothing: "Todo en orden", Token: "Un token que no sirve", Key: "Una apiKey desconocida", Place: "Un selector que no existe",
		Show: "Mostrar", Log: "Errores recibidos", LogHint: "Lo que los widgets entregan a onError: message y code.", LogEmpty: "Ninguno.",
		NoToken: "El servidor de esta página no obtuvo un token:", NoPlatform: "la plataforma no respondió",
		Foot: "Página de demostración. Las personas son inventadas.",
	},
	"en": {
		Title: "Ministry of Example", Lead: "A page that shows both widgets of Red de Protección Social.",
		Citizen: "Who signed in", Language: "Language", Theme: "Appearance", Auto: "As the system", Light: "Light", Dark: "Dark",
		Trial: "What to try", Nothing: "All in order", Token: "A token that does not hold", Key: "An unknown apiKey", Place: "A selector that is not there",
		Show: "Show", Log: "Errors received", LogHint: "What the widgets give to onError: message and code.", LogEmpty: "None.",
		NoToken: "This page's server got no token:", NoPlatform: "the platform did not answer",
		Foot: "A page for demonstrations. The people are invented.",
	},
}

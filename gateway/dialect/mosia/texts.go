package mosia

import (
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Those of the document and of its kin as they stand there: what went well, and textInternal.
const (
	textLoaded        = "Dados carregados com sucesso."
	textAuthenticated = "Beneficiário autenticado"
	textSent          = "Envio realizado com sucesso."
	textInternal      = "Ocorreu uma falha interna no servidor. Por favor tente novamente mais tarde."

	textUnavailable  = "O serviço está indisponível no momento. Por favor tente novamente mais tarde."
	textUnauthorized = "Token de autenticação ausente, inválido ou expirado."
	textForbidden    = "Acesso negado: o token não permite esta API, ou a chave passe não é válida."
	textTooMany      = "Muitas requisições. Por favor tente novamente mais tarde."
	textNotFound     = "O recurso não foi encontrado."
	textMethod       = "O método não é permitido neste recurso."
	textAccept       = "Nenhum dos tipos de conteúdo aceitos está disponível; application/json está."
	textMediaType    = "O tipo de conteúdo da requisição não é aceito."
	textTooLarge     = "O corpo da requisição é grande demais."
	textInsecure     = "Somente HTTPS é atendido."
	textMissing      = "Parâmetro obrigatório não informado."
	textInvalid      = "Parâmetro inválido."
	textRepeated     = "Parâmetro repetido."
	textMalformed    = "O corpo da requisição tem um formato inválido."
	textGone         = "O recurso foi retirado definitivamente."
	textRejected     = "A resposta da integração foi rejeitada."
)

// forms say what a parameter must be.
var forms = map[string]string{
	parameterInstance:  "deve ser 1 para sandbox ou 2 para produção",
	parameterMessage:   "deve ter de 1 a 178 caracteres",
	parameterKept:      "deve ser true ou false",
	parameterLatitude:  "deve ser um número de -90 a 90",
	parameterLongitude: "deve ser um número de -180 a 180",
	parameterAccuracy:  "deve ser um número de 0 a 100000, em metros",
}

// describe names the fields of an error after its text, each with the form that it must have.
func describe(text string, err error) string {
	var named []string
	for _, f := range rpcerr.Fields(err) {
		name := f.Field
		form := forms[name[strings.LastIndex(name, ".")+1:]]
		if form != "" && rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID {
			name += " (" + form + ")"
		}
		if !slices.Contains(named, name) {
			named = append(named, name)
		}
	}
	if named == nil {
		return text
	}
	return strings.TrimSuffix(text, ".") + ": " + strings.Join(named, ", ") + "."
}

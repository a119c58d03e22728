import { Transport } from './transport.js'
import { CardVerifier } from './verifier.js'

/** A client of the API. One serves any number of calls at the same time. */
export class Iddi {
  #options
  #transport

  /**
   * baseUrl is the address with its prefix, such as https://api.example.mx/v1/iddi (staging: …/v1-stag/iddi).
   * An API key is for servers only; give browsers an accessToken.
   */
  constructor(options) {
    const { apiKey, accessToken } = options
    if (apiKey && accessToken) throw new TypeError('give either apiKey or accessToken')
    const credential = apiKey ?? accessToken
    this.#options = options
    this.#transport = new Transport({ ...options, authorization: credential ? `Bearer ${credential}` : undefined })
  }

  /** Exchanges the API key for an access token. scope is a list or a text; expiresIn is in seconds, at most 92 days. */
  async token({ scope, expiresIn } = {}) {
    if (!this.#options.apiKey) throw new TypeError('token: it takes an apiKey')
    const answer = await this.#transport.json('POST', 'oauth/token', {
      form: {
        grant_type: 'client_credentials',
        scope: Array.isArray(scope) ? scope.join(' ') : scope,
        expires_in: expiresIn === undefined ? undefined : String(expiresIn),
      },
    })
    return {
      accessToken: answer.access_token,
      scope: String(answer.scope ?? '').split(' ').filter(Boolean),
      expiresAt: new Date(Date.now() + answer.expires_in * 1000),
    }
  }

  /** The same client with an access token instead of the API key. */
  async withToken(wanted) {
    const { accessToken } = await this.token(wanted)
    return new Iddi({ ...this.#options, apiKey: undefined, accessToken })
  }

  /** The profile of the holder of a card: by folio and signature, or by a card that was parsed or verified. */
  perfil(card, signature, { extendido = false } = {}) {
    const { folio, firma } = typeof card === 'string' ? { folio: card, firma: signature } : { folio: card.folio, firma: card.signature }
    return this.#transport.json('GET', `perfil/${encodeURIComponent(folio)}`, {
      query: { firma_digital: firma, perfil_extendido: extendido ? 'true' : undefined },
    })
  }

  /** A page of a catalogue: tipos-perfil, estatus, programas, unidades-academicas or adscripciones. */
  catalogo(tipo, { limit, page } = {}) {
    return this.#transport.json('GET', `catalogos/${encodeURIComponent(tipo)}`, { query: { limit, page } })
  }

  /** All entries of a catalogue, page after page. */
  async * catalogoCompleto(tipo, { limit = 500 } = {}) {
    for (let page = 1; ; page++) {
      const { data, paginacion } = await this.catalogo(tipo, { limit, page })
      yield * data
      if (page >= paginacion.paginas) return
    }
  }

  /** Whether a card is good now. It needs no credential. */
  estado(card) {
    return this.#transport.json('POST', 'credenciales/estado', {
      body: { folio: card.folio, firma_digital: card.signature }, authorization: null,
    })
  }

  /** The published keys, as a JSON Web Key Set with the validators' addresses. */
  llaves() {
    const staging = new URL(this.#options.baseUrl).pathname.includes('/v1-stag/')
    return this.#transport.json('GET', `/.well-known/iddi-card-keys${staging ? '-staging' : ''}.json`, { authorization: null })
  }

  /** The signed list of revoked cards, for verification without a connection. */
  async revocaciones() {
    const { jws } = await this.#transport.json('GET', 'credenciales/revocaciones', { authorization: null })
    return jws
  }

  /** A verifier with the keys and the list as they are now. Keep both to make one where there is no connection. */
  async verifier(options = {}) {
    const [keys, revocations] = await Promise.all([this.llaves(), this.revocaciones()])
    return new CardVerifier({ ...options, keys, revocations })
  }
}

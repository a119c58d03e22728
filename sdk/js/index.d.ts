/** The letter of a membership: B, L, P students; A, D workers; E external; S staff. */
export type CardType = 'A' | 'D' | 'L' | 'B' | 'P' | 'E' | 'S'

export interface Options {
  /** The address with its prefix, https only: https://api.example.mx/v1/iddi, staging …/v1-stag/iddi. */
  baseUrl: string
  /** A developer's API key. For servers only. */
  apiKey?: string
  /** An access token, instead of an API key. */
  accessToken?: string
  /** The fetch to call; the global one by default. */
  fetch?: typeof fetch
  /** Milliseconds for one request; 10000 by default. */
  timeout?: number
  /** How often a request is repeated after 429 or 503; 2 by default. */
  retries?: number
  /** The longest Retry-After that is waited for, in seconds; 30 by default. */
  maxWait?: number
}

export interface Token {
  accessToken: string
  scope: string[]
  expiresAt: Date
}

export interface TokenRequest {
  scope?: string | string[]
  /** Seconds, at most 92 days. */
  expiresIn?: number
}

interface Membership {
  id_perfil: string
  estatus: string
  vigencia_at: string | null
}
export interface Student extends Membership {
  tipo: 'B' | 'L' | 'P'
  matricula: string | null
  carrera_id: number | null
  u_academica: string
  programa: string
  periodo: string
  id_iddi_qr: boolean
}
export interface Worker extends Membership {
  tipo: 'A' | 'D'
  num_empleado: string | null
  id_iddi_qr: boolean
  adscripcion: string
  plaza: string | null
  fecha_ingreso: string | null
  nivel_salarial: string | null
}
export interface Other extends Membership {
  tipo: 'E' | 'S'
  entidad: string
}

export interface Perfil {
  id: string
  nombre: string
  ap_paterno: string | null
  ap_materno: string | null
  /** Null unless extended, as telefono and foto_url. */
  email: string | null
  telefono: string | null
  foto_url: string | null
  foto_aceptada: boolean
  iddi_qr: boolean
  iddi_movil: boolean
  perfiles: Array<Student | Worker | Other>
}

export type Catalogue = 'tipos-perfil' | 'estatus' | 'programas' | 'unidades-academicas' | 'adscripciones'

export interface Entry {
  clave: string
  nombre: string
}

export interface Page {
  data: Entry[]
  paginacion: { limit: number, page: number, total: number, paginas: number }
}

export interface Estado {
  folio: string
  estado: 'vigente' | 'vencida' | 'revocada'
  motivo: string | null
  vigencia_at: string | null
  revocada_at: string | null
}

export interface CardKeys {
  keys: Array<{ kty: string, crv: string, x: string, kid: string, alg?: string, use?: string }>
  validators: string[]
}

/** The fields of a QR code. They prove nothing by themselves. */
export interface Card {
  /** The address before "#"; null when there was no "#". */
  validator: string | null
  /** What is signed. */
  text: string
  version: string
  type: CardType
  number: string
  name: string
  programme: string
  code: string
  folio: string
  signature: string
}

export type Verdict = 'valid' | 'unreadable' | 'unknown_issuer' | 'bad_signature' | 'revoked' | 'stale_list'

export interface Verification {
  verdict: Verdict
  card: Card | null
  /** When the revocation list that was looked at was made. */
  listedAt?: Date | null
}

export interface VerifierOptions {
  /** What Iddi.llaves returned. */
  keys: CardKeys
  /** What Iddi.revocaciones returned. */
  revocations?: string
  /** Whether a good signature without a fresh list is "stale_list"; true by default. */
  requireList?: boolean
  /** The time in milliseconds. */
  now?: () => number
}

export interface RevocationList {
  issuedAt: Date
  /** Unix seconds. */
  expires: number
  size: number
  has(prefix: string): boolean
}

export class Iddi {
  constructor(options: Options)
  token(wanted?: TokenRequest): Promise<Token>
  withToken(wanted?: TokenRequest): Promise<Iddi>
  perfil(folio: string, firmaDigital: string, options?: { extendido?: boolean }): Promise<Perfil>
  perfil(card: Pick<Card, 'folio' | 'signature'>, signature?: undefined, options?: { extendido?: boolean }): Promise<Perfil>
  catalogo(tipo: Catalogue, options?: { limit?: number, page?: number }): Promise<Page>
  catalogoCompleto(tipo: Catalogue, options?: { limit?: number }): AsyncGenerator<Entry>
  estado(card: Pick<Card, 'folio' | 'signature'>): Promise<Estado>
  llaves(): Promise<CardKeys>
  revocaciones(): Promise<string>
  verifier(options?: Omit<VerifierOptions, 'keys' | 'revocations'>): Promise<CardVerifier>
}

export class CardVerifier {
  constructor(options: VerifierOptions)
  requireList: boolean
  verify(qr: string): Promise<Verification>
}

export function parseCard(qr: string): Card | null
export function openRevocationList(jws: string, keys: CardKeys): Promise<RevocationList>

export class IddiError extends Error {
  /** The HTTP status; 0 when there was no answer. */
  status: number
  /** The API's code, such as "no_encontrado". */
  code: string
  /** The API's msg_type: alert, error or info. */
  type: string
}
export class AuthenticationError extends IddiError {}
export class PermissionError extends IddiError {}
export class NotFoundError extends IddiError {}
export class RevokedCardError extends NotFoundError {}
export class RequestError extends IddiError {}
export class ServerError extends IddiError {}
export class ConnectionError extends IddiError {}
export class OAuthError extends IddiError {}
export class ValidationError extends IddiError {
  /** A message for each field. */
  fields: Record<string, string>
}
export class RateLimitError extends IddiError {
  /** Seconds. */
  retryAfter: number
}

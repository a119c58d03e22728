/** What the service answers, read with suspicion: what has another type counts as empty, and what is no answer of the service as null. */

export interface Condition {
  readonly text: string
  readonly state: 'holds' | 'fails' | 'unknown'
  /** What would have to be known. */
  readonly missing: readonly string[]
}

export interface Norm {
  readonly name: string
  readonly article: string
  readonly url: string | null
}

export interface Benefit {
  readonly category: string
  readonly title: string
  readonly description: string
  readonly url: string | null
  readonly eligible: boolean
  readonly conditions: readonly Condition[]
  readonly norms: readonly Norm[]
}

export interface Access {
  readonly at: Date | null
  readonly who: string
  readonly why: string
}

export interface Perfil {
  readonly rut: string
  readonly givenNames: string
  readonly surnames: string
  readonly benefits: readonly Benefit[]
  readonly accesses: readonly Access[]
  readonly revision: number | null
}

export interface Member {
  readonly name: string
  readonly relation: string
  readonly self: boolean
}

export interface Household {
  readonly tranche: number | null
  readonly commune: string
  readonly members: readonly Member[]
}

export interface Hogar {
  readonly household: Household | null
  readonly benefits: readonly Benefit[]
  readonly revision: number | null
}

export function readPerfil(data: unknown): Perfil | null {
  const { persona, beneficios, accesos, revision } = fields(data)
  if (!isObject(persona) || !Array.isArray(beneficios)) return null
  return {
    rut: text(persona.rut), givenNames: text(persona.nombres), surnames: text(persona.apellidos),
    benefits: list(beneficios, readBenefit), accesses: list(accesos, readAccess), revision: number(revision),
  }
}

export function readHogar(data: unknown): Hogar | null {
  const { hogar, beneficios, revision } = fields(data)
  if (!Array.isArray(beneficios)) return null
  return { household: isObject(hogar) ? readHousehold(hogar) : null, benefits: list(beneficios, readBenefit), revision: number(revision) }
}

function readHousehold({ tramo, comuna, integrantes }: Fields): Household {
  return { tranche: number(tramo), commune: text(comuna), members: list(integrantes, readMember) }
}

function readMember({ nombre, relacion, usted }: Fields): Member {
  return { name: text(nombre), relation: text(relacion), self: usted === true }
}

function readBenefit({ categoria, title, description, url, estado, condiciones, normas }: Fields): Benefit {
  return {
    category: text(categoria), title: text(title), description: text(description), url: httpsAddress(url), eligible: estado === 'cumple',
    conditions: list(condiciones, readCondition), norms: list(normas, readNorm),
  }
}

function readCondition({ texto, estado, faltan }: Fields): Condition {
  const state = estado === 'cumple' ? 'holds' : estado === 'no_cumple' ? 'fails' : 'unknown'
  const missing = Array.isArray(faltan) ? faltan.map(text).filter((name) => name !== '') : []
  return { text: text(texto), state, missing }
}

function readNorm({ norma, articulo, url }: Fields): Norm {
  return { name: text(norma), article: text(articulo), url: httpsAddress(url) }
}

function readAccess({ fecha, quien, motivo }: Fields): Access {
  const at = new Date(text(fecha))
  return { at: isNaN(+at) ? null : at, who: text(quien), why: text(motivo) }
}

/** The address when it is one of https: no other is followed. */
export function httpsAddress(value: unknown): string | null {
  const address = text(value)
  return URL.canParse(address) && new URL(address).protocol === 'https:' ? new URL(address).href : null
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function list<T>(value: unknown, read: (item: Fields) => T): T[] {
  return Array.isArray(value) ? value.filter(isObject).map(read) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

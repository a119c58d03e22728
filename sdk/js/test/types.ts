// Compiled, never run: the types are those that a program in TypeScript needs.
import { CardVerifier, Iddi, IddiError, parseCard, RateLimitError, ValidationError, type Perfil, type Verdict } from '../index.js'

export async function use(): Promise<string[]> {
  const iddi = new Iddi({ baseUrl: 'https://api.example.mx/v1/iddi', apiKey: 'vtk_1_x', retries: 1 })
  const card = parseCard('iDDi1|…')
  if (!card) return []
  const perfil: Perfil = await iddi.perfil(card)
  const again: Perfil = await iddi.perfil(card.folio, card.signature, { extendido: true })
  const verifier: CardVerifier = await iddi.verifier()
  const { verdict }: { verdict: Verdict } = await verifier.verify('…')
  const names: string[] = [perfil.nombre, again.email ?? '', verdict]
  for (const membership of perfil.perfiles) {
    if (membership.tipo === 'L' || membership.tipo === 'B' || membership.tipo === 'P') names.push(membership.programa)
  }
  for await (const entry of iddi.catalogoCompleto('programas')) names.push(`${entry.clave} ${entry.nombre}`)
  const { accessToken, expiresAt } = await iddi.token({ scope: ['perfil'], expiresIn: 60 })
  names.push(accessToken, expiresAt.toISOString())
  try {
    await iddi.estado(card)
  } catch (err) {
    if (err instanceof RateLimitError) names.push(String(err.retryAfter))
    else if (err instanceof ValidationError) names.push(...Object.keys(err.fields))
    else if (err instanceof IddiError) names.push(err.code)
  }
  // @ts-expect-error a catalogue that is none
  await iddi.catalogo('otros')
  return names
}

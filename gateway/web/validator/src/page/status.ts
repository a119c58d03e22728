import type { Card } from '../verify/card.ts'

/** Status is what the registry says of a card now. */
export interface Status {
  readonly state: 'vigente' | 'vencida' | 'revocada'
  /** Why it was revoked. */
  readonly motive: string | null
  /** Its last day, YYYY-MM-DD. */
  readonly validUntil: string | null
  readonly revokedAt: string | null
}

const patience = 4_000 // milliseconds for an answer

/**
 * Asks the registry. Folio and signature are all that it is told. "not_found" is that it does not know the card; null
 * is no answer.
 */
export async function askStatus(url: string, card: Card): Promise<Status | 'not_found' | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ folio: card.folio, firma_digital: card.signature }),
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(patience),
    })
    if (response.status === 404) return (await response.json())?.code === 'no_encontrado' ? 'not_found' : null
    return response.ok ? readStatus(await response.json(), card) : null
  } catch {
    return null
  }
}

/** The status in an answer, or null when it is none, or another card's. */
export function readStatus(answer: Record<string, unknown> | null, card: Card): Status | null {
  const state = answer?.estado
  if (answer?.folio !== card.folio || (state !== 'vigente' && state !== 'vencida' && state !== 'revocada')) return null
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { state, motive: text(answer.motivo), validUntil: text(answer.vigencia_at), revokedAt: text(answer.revocada_at) }
}

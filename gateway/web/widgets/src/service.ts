/** ServiceFailure is why the service gave no data. Its message is the service's own text, where there is an answer of it. */
export class ServiceFailure extends Error {
  /** The answer's HTTP status, or 0 when no answer of the service arrived. */
  readonly code: number
  /** The seconds to wait before asking again. */
  readonly wait: number

  constructor(message: string, code: number, wait = 0) {
    super(message)
    this.code = code
    this.wait = wait
  }
}

/** Question is what is asked: where, and with which token. */
export interface Question {
  readonly address: URL
  readonly token: string
}

/** Asks the service and returns the data of its answer. Fails with a ServiceFailure, or as fetch does when it is aborted. */
export async function ask({ address, token }: Question, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(address, {
    headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
    cache: 'no-store', credentials: 'omit', mode: 'cors', redirect: 'error', referrerPolicy: 'no-referrer', signal,
  })
  const wait = secondsToWait(answer.headers.get('Retry-After'), Date.now())
  const body: unknown = await answer.json().catch(() => null)
  const { success, data } = (body ?? {}) as { success?: unknown; data?: { message?: unknown } | null }
  if (answer.ok && success === true) return data
  const message = typeof data?.message === 'string' ? data.message : ''
  throw new ServiceFailure(message, answer.ok ? 0 : answer.status, wait)
}

const longestWait = 86_400

/** The whole seconds of a Retry-After header (RFC 9110, 10.2.3), 0 without one, at most a day. */
export function secondsToWait(header: string | null, now: number): number {
  if (!header) return 0
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000)
  return Math.min(Math.max(seconds || 0, 0), longestWait)
}

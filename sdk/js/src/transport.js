import { ConnectionError, errorOf } from './errors.js'

const maxAnswer = 16 << 20

/** Sends requests with a deadline, and again after 429 and 503 when the server says when and it is soon enough. */
export class Transport {
  constructor({ baseUrl, authorization, fetch, timeout, retries, maxWait, sleep }) {
    this.base = checkBase(baseUrl)
    this.authorization = authorization
    this.fetch = fetch ?? globalThis.fetch.bind(globalThis)
    this.timeout = timeout ?? 10_000
    this.retries = retries ?? 2
    this.maxWait = maxWait ?? 30
    this.sleep = sleep ?? ((ms) => new Promise((done) => setTimeout(done, ms)))
  }

  /** JSON of the answer. A path that begins with "/" is under the server, others are under the base address. */
  async json(method, path, { query, form, body, authorization = this.authorization } = {}) {
    const url = path.startsWith('/') ? new URL(path, this.base) : new URL(path, this.base + '/')
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    const headers = { Accept: 'application/json' }
    if (authorization) headers.Authorization = authorization
    let sent
    if (form) sent = new URLSearchParams(Object.entries(form).filter(([, value]) => value !== undefined))
    if (body) {
      headers['Content-Type'] = 'application/json'
      sent = JSON.stringify(body)
    }
    for (let attempt = 0; ; attempt++) {
      const { status, answer, retryAfter } = await this.#once(url, { method, headers, body: sent, redirect: 'error' })
      if (status >= 200 && status < 300) return answer
      const again = (status === 429 || status === 503) && attempt < this.retries && retryAfter <= this.maxWait
      if (!again) throw errorOf(status, answer, retryAfter)
      await this.sleep(Math.max(retryAfter, 1) * 1000)
    }
  }

  async #once(url, init) {
    const where = `${init.method} ${url.origin}${url.pathname}`
    let response, text
    try {
      response = await this.fetch(url, { ...init, signal: AbortSignal.timeout(this.timeout) })
      text = await response.text()
    } catch (cause) {
      throw new ConnectionError(`${where}: ${cause?.name === 'TimeoutError' ? 'no answer in time' : 'no connection'}`, { cause })
    }
    try {
      if (text.length > maxAnswer) throw new RangeError('the answer is too long')
      return { status: response.status, answer: JSON.parse(text), retryAfter: seconds(response.headers.get('Retry-After')) }
    } catch (cause) {
      throw new ConnectionError(`${where}: HTTP ${response.status} with something that is not JSON`, { status: response.status, cause })
    }
  }
}

function checkBase(baseUrl) {
  const url = new URL(baseUrl)
  if (url.protocol !== 'https:') throw new TypeError('baseUrl: the API is served over https only')
  return url.href.replace(/\/+$/, '')
}

/** Retry-After in seconds (RFC 9110, 10.2.3); 1 when there is none. */
function seconds(value) {
  if (!value) return 1
  if (/^\d+$/.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? 1 : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

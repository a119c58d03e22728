/** Kept is what was last fetched and could be read. */
export interface Kept<T> {
  readonly value: T
  /** When it was fetched. */
  readonly at: Date
}

const cacheName = 'validator-data'
const fetchedAt = 'X-Fetched-At'
const patience = 4_000 // milliseconds for an answer

/**
 * Fetches a document, or else takes the last one from the browser's cache. What cannot be read is neither used nor
 * kept. It is null when there is none.
 */
export async function fetchKept<T>(url: string, accept: string, read: (text: string) => Promise<T | null>): Promise<Kept<T> | null> {
  const cache = await openCache()
  const text = await fetchText(url, accept)
  const value = text === null ? null : await read(text)
  if (text !== null && value !== null) {
    const at = new Date()
    await cache?.put(url, new Response(text, { headers: { [fetchedAt]: at.toISOString() } })).catch(() => {})
    return { value, at }
  }
  const last = await cache?.match(url)
  const old = last ? await read(await last.text()) : null
  return old === null ? null : { value: old, at: new Date(last!.headers.get(fetchedAt) ?? 0) }
}

async function fetchText(url: string, accept: string): Promise<string | null> {
  try {
    const response = await fetch(url, { headers: { Accept: accept }, credentials: 'omit', signal: AbortSignal.timeout(patience) })
    return response.ok ? await response.text() : null
  } catch {
    return null
  }
}

/** Browsers refuse a cache where storage is blocked; the page then works while there is a network. */
async function openCache(): Promise<Cache | null> {
  try {
    return await caches.open(cacheName)
  } catch {
    return null
  }
}

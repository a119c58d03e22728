// Serves the page without a network: the page and its assets, as they were when this worker was installed. What the
// page fetches, it keeps itself.
declare const self: ServiceWorkerGlobalScope
export {}

// The build writes the version of the page's files, and their addresses, here.
const version = '__VERSION__'
const files = '__FILES__'.split(' ')
const prefix = 'validator-page-'
const pages = ['/c', '/cs']
const patience = 3_000 // milliseconds for a page before the kept one is shown

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(prefix + version).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })))))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) =>
      Promise.all(names.filter((name) => name.startsWith(prefix) && name !== prefix + version).map((name) => caches.delete(name))),
    ),
  )
})

// The scope /c reaches other paths that begin so; they are none of this worker's business.
self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== self.location.origin) return
  if (pages.includes(pathname)) event.respondWith(page(event.request))
  else if (files.includes(pathname)) event.respondWith(file(event.request))
})

/** The page from the server, which may have a newer one; both data sets have the same. */
async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(patience) })
    if (response.ok) return response
  } catch {
    // The kept one will do.
  }
  return (await kept('/c')) ?? fetch(request)
}

async function file(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request)
}

async function kept(address: string): Promise<Response | undefined> {
  return (await caches.open(prefix + version)).match(address, { ignoreVary: true })
}

// Debian's Chromium, which trusts the platform's certificate and speaks to nobody else.
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { chromium } from 'playwright-core'
import { scene } from './scene.mjs'

const args = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  '--disable-quic',
]

/** Starts a browser with a profile of its own. */
export async function launch(...more) {
  const pin = `--ignore-certificate-errors-spki-list=${await serverKey()}`
  return chromium.launch({ executablePath: process.env.VENTANILLA_CHROMIUM, args: [...args, pin, ...more] })
}

/** The digest of the key of the platform's certificate, which is verified with its authority's first. */
async function serverKey() {
  const { hostname: host, port } = new URL(scene.base_url)
  const socket = connect({ host, port, ca: readFileSync(scene.ca_file) })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return createHash('sha256').update(new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' })).digest('base64')
}

/** A page in a context of the test's own, with the requests that it made, the errors in its console, and what is told of the verdict. */
export async function open(t, browser, options = {}) {
  const context = await browser.newContext({ locale: 'es-MX', viewport: { width: 800, height: 900 }, ...options })
  t.after(() => context.close())
  const page = await context.newPage()
  const requests = []
  const errors = []
  context.on('request', (request) => requests.push({ method: request.method(), url: request.url(), body: request.postData() }))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  return { context, page, requests, errors, verdict: (wanted) => page.locator(`#result[data-verdict="${wanted}"]`).waitFor({ timeout: 10_000 }) }
}

/** Leaves a picture where VENTANILLA_PICTURES says, for people to look at. */
export async function picture(page, name) {
  const folder = process.env.VENTANILLA_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

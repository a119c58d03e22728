// A partner's page on an origin of its own, under a strict policy, with the platform's script and a service that answers as told.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { open } from '../browser.mjs'
import { scene } from '../scene.mjs'
import { found, hogar, perfil } from './answers.mjs'

const edge = scene.base_url
/** The policy that the documentation asks for. */
const policy = `default-src 'none'; script-src ${edge}; style-src ${edge}; connect-src ${edge}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const html = (lang) => `<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
    <title>Ministerio</title>
    <link rel="stylesheet" href="${edge}/widgets/v1/cmp-widgets.css">
    <script src="${edge}/widgets/v1/cmp-widgets.js"></script>
  </head>
  <body><main><h1>Ministerio</h1><div id="perfil">Espere…</div><div id="hogar"></div></main></body>
</html>`

/** Serves the page until the test ends; returns its address. */
async function serve(t) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://partner')
    if (pathname !== '/') return response.writeHead(204).end()
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }).end(html(searchParams.get('lang') ?? 'es'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${server.address().port}/`
}

/**
 * Opens the page. Answers has what the service says to each widget: {status, headers, body}, 'none' for no network, or a
 * function of the count of earlier questions; null for the platform's own. What the page was told of errors is in heard(), what its policy refused in refused().
 */
export async function visit(t, browser, { answers = {}, lang = 'es', ...options } = {}) {
  const opened = await open(t, browser, options)
  const { context, page } = opened
  const asked = []
  const told = { perfil: found(perfil), hogar: found(hogar), ...answers }
  if (answers) await context.route(/\/widgets\/v1\/(perfil|hogar)\?/, async (route) => {
    const kind = new URL(route.request().url()).pathname.split('/').at(-1)
    const before = asked.filter((one) => one.kind === kind).length
    asked.push({ kind, url: new URL(route.request().url()), headers: await route.request().allHeaders() })
    const answer = await (typeof told[kind] === 'function' ? told[kind](before) : told[kind])
    if (answer === 'none') return route.abort('internetdisconnected')
    await route.fulfill({
      status: answer.status, body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body), contentType: 'application/json',
      headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After', 'Cache-Control': 'no-store', ...answer.headers },
    })
  })
  await listen(page)
  await page.goto(`${await serve(t)}?lang=${lang}`)
  return { ...opened, asked, heard: () => page.evaluate(() => heard), refused: () => page.evaluate(() => refused) }
}

/** Has the page keep the errors that it hears of, and what its policy refuses. */
export async function listen(page) {
  await page.addInitScript(() => {
    window.heard = []
    window.refused = []
    addEventListener('cmp-widgets:error', ({ detail, target, bubbles, composed }) => heard.push({ by: 'event', detail, at: target.id ?? 'document', bubbles, composed }))
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => refused.push(`${violatedDirective} ${blockedURI}`))
  })
}

/** Loads the page until its widget is as wanted: what an operator sets is honoured within a second. */
export async function refresh(page, kind, wanted) {
  for (const end = Date.now() + 20_000; ; await page.reload()) {
    const widget = await settled(page, kind)
    if (await wanted(widget)) return widget
    if (Date.now() > end) throw new Error(`the widget shows ${await widget.innerText()}`)
  }
}

/** Puts a widget on the page, whose handler's errors are heard too. */
export async function show(page, kind, given = {}) {
  await page.evaluate(([kind, given]) => {
    const onError = (error) => heard.push({ by: 'handler', detail: error })
    window[kind] = CmpWidgets[`${kind}Ciudadano`]({ selector: `#${kind}`, apiKey: 'demo-key', cmpToken: 'aaa.bbb.ccc', onError, ...given })
  }, [kind, given])
}

/** A widget's frame, once it shows an answer. */
export async function settled(page, kind) {
  const frame = page.locator(`#${kind} section[aria-busy="false"]`)
  await frame.waitFor({ timeout: 20_000 })
  return frame
}

/** Fails when the content is wider than the screen. */
export async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

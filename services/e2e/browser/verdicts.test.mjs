// The page tells good cards from bad ones, on the network and off it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, open, picture } from './browser.mjs'
import { fieldsOf, scene, tampered } from './scene.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

test('a live card is valid, by the registry’s word, and only folio and signature were sent', async (t) => {
  const { page, requests, errors, verdict } = await open(t, browser)
  const { folio, signature, ...others } = fieldsOf(scene.qr)
  await page.goto(scene.qr)
  await verdict('valid')
  const text = await page.locator('#result').innerText()
  for (const said of ['Credencial válida', 'en línea', others.name, others.number, others.programme, folio]) assert.ok(text.includes(said), `${said} in ${text}`)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await picture(page, 'valid')

  const asked = requests.filter(({ method }) => method === 'POST')
  assert.deepEqual(asked.map(({ url }) => url), [`${scene.base_url}/v1/iddi/credenciales/estado`])
  assert.deepEqual(JSON.parse(asked[0].body), { folio, firma_digital: signature })
  for (const { url, body } of requests.filter((request) => !asked.includes(request))) {
    assert.ok(url.startsWith(`${scene.base_url}/`) && body === null, url)
    // Playwright shows the fragment of the page's own address, which no browser sends.
    const sent = url.split('#')[0]
    for (const secret of [folio, signature, others.name, others.number]) assert.ok(!decodeURIComponent(sent).includes(secret), sent)
  }
  assert.deepEqual(await page.context().cookies(), [])
  assert.deepEqual(errors, [])
})

test('a changed card has a wrong signature, and the registry is not told of it', async (t) => {
  const { page, requests, verdict } = await open(t, browser)
  await page.goto(tampered)
  await verdict('bad_signature')
  await page.getByText('sin comprobar').waitFor()
  await picture(page, 'tampered')
  assert.deepEqual(requests.filter(({ method }) => method === 'POST'), [])
})

test('a revoked card is revoked', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(scene.revoked_qr)
  await verdict('revoked')
  await page.getByText('Motivo').waitFor()
  await picture(page, 'revoked')
})

test('a card of staging is valid at its own address only', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(scene.stag_qr)
  await verdict('valid')
  await page.getByText('Pruebas:').waitFor()
  await page.goto(scene.stag_qr.replace('/cs#', '/c#'))
  await verdict('bad_signature')
})

test('another code, and one that is cut short, are unreadable', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(`${scene.base_url}/c#%FF`)
  await verdict('unreadable')
  await page.goto(scene.qr.slice(0, -1))
  await verdict('unreadable')
})

test('without a network, what was fetched before is enough', async (t) => {
  const { context, page, verdict } = await open(t, browser)
  await page.goto(`${scene.base_url}/c`)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(async () => (await (await caches.open('validator-data')).keys()).length === 2)
  await context.setOffline(true)

  await page.goto('about:blank')
  const answer = await page.goto(scene.qr)
  assert.ok(answer.fromServiceWorker())
  await assert.rejects(page.evaluate(() => fetch('/c/licenses.md')), 'there is no network')
  await verdict('valid')
  const text = await page.locator('#result').innerText()
  for (const said of ['Credencial válida, sin conexión', 'Lista de revocadas emitida', 'no se puede saber si la credencial venció']) assert.ok(text.includes(said), `${said} in ${text}`)
  await picture(page, 'offline')
  await page.goto(scene.revoked_qr)
  await verdict('revoked')
  await page.goto(tampered)
  await verdict('bad_signature')
  await page.getByLabel('Elegir una imagen').setInputFiles(scene.png)
  await verdict('valid')

  await page.goto('about:blank')
  await page.goto(scene.qr)
  await verdict('valid')
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Comprobar de nuevo' }).click()
  await page.getByText('Respuesta en línea del registro').waitFor()
})

test('without a network and without anything kept, it says so', async (t) => {
  const { page, verdict } = await open(t, browser, { serviceWorkers: 'block' })
  await page.route(/\/(\.well-known|v1)\//, (route) => route.abort())
  await page.goto(scene.qr)
  await verdict('no_keys')
  await page.unroute(/\/(\.well-known|v1)\//)
  await page.route(/\/v1\//, (route) => route.abort())
  await page.getByRole('button', { name: 'Comprobar de nuevo' }).click()
  await verdict('stale_list')
})

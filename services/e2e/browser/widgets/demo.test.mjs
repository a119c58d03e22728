// The demo's host page with the real service behind it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { violations } from '../axe.mjs'
import { launch, open, picture } from '../browser.mjs'
import { scene } from '../scene.mjs'
import { refusals } from './answers.mjs'
import { listen, overflow, refresh, settled, show, visit } from './partner.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** Opens the host page with its choices. */
async function host(t, { choices = {}, ...options } = {}) {
  const opened = await open(t, browser, options)
  await listen(opened.page)
  await opened.page.goto(`${scene.origin}/?${new URLSearchParams(choices)}`)
  const log = () => opened.page.locator('#log li').allInnerTexts().then((lines) => lines.map((line) => JSON.parse(line)))
  return { ...opened, log }
}

/** Acts as the platform's operator. */
function operate(...args) {
  execFileSync(scene.binary, ['admin', '--data', scene.data, '--address', scene.admin_rpc, ...args])
}

test('both widgets show the citizen who signed in, and nothing goes wrong', async (t) => {
  const { context, page, errors, log } = await host(t)
  const perfil = await settled(page, 'perfil')
  await perfil.getByText('44.444.444-4').waitFor()
  assert.ok((await perfil.locator('.benefit').count()) > 0, 'there are benefits')
  const hogar = await settled(page, 'hogar')
  for (const said of ['Comuna', 'Integrantes', 'Usted']) await hogar.getByText(said, { exact: true }).first().waitFor()
  assert.deepEqual([await log(), errors, await page.evaluate(() => refused), await context.cookies()], [[], [], [], []])
})

test('a second look shows who looked before', async (t) => {
  const { page } = await host(t)
  await settled(page, 'perfil')
  await page.reload()
  assert.ok((await (await settled(page, 'perfil')).locator('.accesses li').count()) > 0)
})

test('other citizens have other answers', async (t) => {
  const seen = new Set()
  const { page } = await host(t)
  const citizens = await page.locator('select[name=persona] option').count()
  assert.equal(citizens, scene.citizens)
  for (let i = 0; i < citizens; i++) {
    await page.locator('select[name=persona]').selectOption(String(i))
    await page.locator('form button').click()
    const perfil = await settled(page, 'perfil')
    await settled(page, 'hogar')
    seen.add((await perfil.locator('.benefit').allTextContents()).join('\n'))
    await picture(page, `demo-citizen-${i}`)
  }
  assert.ok(seen.size > 1, `${seen.size} different answers for ${citizens} citizens`)
})

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`the demo in ${colorScheme}, ${width} pixels`, async (t) => {
      const { page } = await host(t, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
      await settled(page, 'perfil')
      await settled(page, 'hogar')
      await picture(page, `demo-${colorScheme}-${width}`)
      await page.evaluate(() => document.querySelectorAll('.cmp-widget').forEach(({ shadowRoot }) => shadowRoot.querySelectorAll('details').forEach((one) => (one.open = true))))
      assert.deepEqual(await violations(page), [])
      assert.ok((await overflow(page)) <= 0)
      await picture(page, `demo-${colorScheme}-${width}-open`)
    })
  }
}

test('the demo in English, dark by choice', async (t) => {
  const { page } = await host(t, { choices: { idioma: 'en', tema: 'oscuro' } })
  const perfil = await settled(page, 'perfil')
  await perfil.getByRole('heading', { name: 'Citizen profile' }).waitFor()
  assert.notEqual(await perfil.evaluate((one) => getComputedStyle(one).backgroundColor), 'rgb(255, 255, 255)')
  await settled(page, 'hogar')
  await picture(page, 'demo-english')
})

for (const [trial, code] of [['token', 401], ['clave', 401]]) {
  test(`the demo hears of a wrong ${trial}`, async (t) => {
    const { page, log } = await host(t, { choices: { prueba: trial } })
    await settled(page, 'perfil')
    await settled(page, 'hogar')
    const error = { message: refusals[code], code }
    assert.deepEqual(await log(), [error, error])
    await picture(page, `demo-${trial}`)
  })
}

test('the demo hears of a selector that is not there', async (t) => {
  const { page, log } = await host(t, { choices: { prueba: 'lugar' } })
  await settled(page, 'hogar')
  assert.deepEqual((await log()).map(({ code }) => code), [400])
})

test('a page of an origin that is not registered is refused', async (t) => {
  const { page: demo } = await host(t)
  const { apiKey, token } = await demo.evaluate(() => ({ ...document.body.dataset }))
  const { page, heard } = await visit(t, browser, { answers: null })
  await show(page, 'perfil', { apiKey, cmpToken: token })
  await settled(page, 'perfil')
  assert.deepEqual((await heard())[0].detail, { message: refusals[403], code: 403 })
})

test('maintenance is told with its time', async (t) => {
  operate('switch', 'set', 'cmp', '--path', '/widgets/v1/perfil', '--maintenance', '--retry-after', '5m')
  try {
    const opened = await host(t)
    const perfil = await refresh(opened.page, 'perfil', (widget) => widget.getByText('Podrá reintentar en 5 minutos.').isVisible())
    await (await settled(opened.page, 'hogar')).getByText('Integrantes', { exact: true }).waitFor()
    assert.ok(await perfil.getByRole('button', { name: 'Reintentar' }).isVisible())
    assert.deepEqual(await opened.log(), [{ message: refusals[503], code: 503 }])
    await picture(opened.page, 'demo-503')
  } finally {
    operate('switch', 'clear', 'cmp', '--path', '/widgets/v1/perfil')
  }
})

test('too many requests are told', async (t) => {
  const { page } = await host(t)
  await (await settled(page, 'perfil')).getByText('44.444.444-4').waitFor()
  const { apiKey, token } = await page.evaluate(() => ({ ...document.body.dataset }))
  operate('client', 'update', scene.api_key, '--rate', '1', '--burst', '1')
  try {
    await page.evaluate(async ([url, token]) => {
      const headers = { Authorization: `Bearer ${token}` }
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url, { headers })))
        if (answers.filter(({ status }) => status === 429).length > 10) break
      }
    }, [`${scene.base_url}/widgets/v1/perfil?apiKey=${apiKey}`, token])
    await show(page, 'perfil', { apiKey, cmpToken: token })
    await (await settled(page, 'perfil')).getByRole('heading', { name: 'Hay muchas consultas' }).waitFor()
    const error = { message: refusals[429], code: 429 }
    assert.deepEqual(await page.evaluate(() => heard.map(({ detail }) => detail)), [error, error])
    await picture(page, 'demo-429')
  } finally {
    operate('client', 'update', scene.api_key, '--clear', 'limit')
  }
})

test('without a network the demo says so, and with one again it goes on', async (t) => {
  const { context, page, log } = await host(t)
  const perfil = await settled(page, 'perfil')
  await perfil.getByText('44.444.444-4').waitFor()
  const { apiKey, token } = await page.evaluate(() => ({ ...document.body.dataset }))
  await context.setOffline(true)
  await show(page, 'perfil', { apiKey, cmpToken: token })
  await (await settled(page, 'perfil')).getByRole('heading', { name: 'No pudimos conectarnos' }).waitFor()
  await context.setOffline(false)
  await page.locator('#perfil').getByRole('button', { name: 'Reintentar' }).click()
  await page.locator('#perfil').getByText('44.444.444-4').waitFor()
  assert.deepEqual(await log(), [])
})

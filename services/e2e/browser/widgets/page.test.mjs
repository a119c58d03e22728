// The widgets on a page that is not theirs: mistakes of the page, several widgets, nothing run, nothing kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch } from '../browser.mjs'
import { scene } from '../scene.mjs'
import { found, hogar, perfil } from './answers.mjs'
import { settled, show, visit } from './partner.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

for (const [what, given, names] of [
  ['no such element', { selector: '#none' }, 'selector'],
  ['no selector at all', { selector: '][' }, 'selector'],
  ['a missing selector', { selector: undefined }, 'selector'],
  ['a missing apiKey', { apiKey: '' }, 'apiKey'],
  ['a missing token', { cmpToken: undefined }, 'cmpToken'],
  ['a token that no header carries', { cmpToken: 'a\nb' }, 'cmpToken'],
]) {
  test(`${what} is the page's mistake`, async (t) => {
    const { page, asked, errors, heard } = await visit(t, browser)
    await show(page, 'perfil', given)
    const told = await heard()
    assert.deepEqual(told.map(({ by }) => by), ['event', 'handler'])
    for (const { detail } of told) {
      assert.deepEqual(Object.keys(detail), ['message', 'code'])
      assert.equal(detail.code, 400)
      assert.ok(detail.message.startsWith(names), detail.message)
    }
    assert.equal(told[0].at, names === 'selector' ? 'document' : 'perfil')
    assert.deepEqual(errors, [`CmpWidgets: ${told[0].detail.message}`])
    assert.deepEqual(asked, [])
    await page.evaluate(() => perfil.destroy())
  })
}

test('a call without anything throws nothing', async (t) => {
  const { page, errors, heard } = await visit(t, browser)
  await page.evaluate(() => CmpWidgets.perfilCiudadano())
  assert.equal((await heard())[0].detail.code, 400)
  assert.deepEqual(errors, ['CmpWidgets: selector: required'])
})

test('a handler that fails is the page’s own trouble', async (t) => {
  const { page, errors } = await visit(t, browser, { answers: { perfil: 'none' } })
  await page.evaluate(() => CmpWidgets.perfilCiudadano({ selector: '#perfil', apiKey: 'k', cmpToken: 't', onError: () => { throw new Error('the page’s') } }))
  await (await settled(page, 'perfil')).getByRole('button', { name: 'Reintentar' }).waitFor()
  assert.ok(errors.some((error) => error.includes('the page’s')), errors.join())
})

test('two widgets, each with its errors', async (t) => {
  const { page, heard } = await visit(t, browser, { answers: { hogar: 'none' } })
  await show(page, 'perfil')
  await show(page, 'hogar')
  await (await settled(page, 'perfil')).getByText('Amanda Beatriz').waitFor()
  await (await settled(page, 'hogar')).getByRole('heading', { name: 'No pudimos conectarnos' }).waitFor()
  assert.deepEqual((await heard()).filter(({ by }) => by === 'event').map(({ at }) => at), ['hogar'])
})

test('a second call on an element takes the place of the first, whose answer comes too late', async (t) => {
  let go
  const late = new Promise((resolve) => (go = () => resolve(found(perfil))))
  const other = { ...perfil, persona: { rut: '5126663-3', nombres: 'Otra', apellidos: 'Persona' } }
  const { page, asked } = await visit(t, browser, { answers: { perfil: (before) => (before === 0 ? late : found(other)) } })
  await show(page, 'perfil')
  await page.waitForFunction(() => document.querySelector('#perfil').childElementCount === 1)
  await show(page, 'perfil', { cmpToken: 'second' })
  go()
  await (await settled(page, 'perfil')).getByText('Otra Persona').waitFor()
  assert.equal(await page.locator('#perfil > *').count(), 1)
  assert.equal(asked.at(-1).headers.authorization, 'Bearer second')
  await show(page, 'perfil', { cmpToken: '' })
  assert.equal(await page.locator('#perfil > *').count(), 0, 'a mistaken call does not leave the earlier citizen')
})

test('a widget that was destroyed leaves nothing and hears nothing', async (t) => {
  let go
  const { page, heard } = await visit(t, browser, { answers: { perfil: () => new Promise((resolve) => (go = () => resolve('none'))) } })
  await show(page, 'perfil')
  await page.locator('#perfil .skeleton').waitFor()
  await page.evaluate(() => perfil.destroy())
  await page.evaluate(() => perfil.destroy())
  go?.()
  assert.equal(await page.locator('#perfil').innerHTML(), '')
  assert.deepEqual(await heard(), [])
})

test('the script waits for an element that comes after it', async (t) => {
  const { page } = await visit(t, browser)
  await page.addInitScript(() => {
    let found
    Object.defineProperty(window, 'CmpWidgets', {
      configurable: true, get: () => found,
      set(widgets) {
        found = widgets
        window.early = document.querySelector('#perfil') === null && document.readyState === 'loading'
        widgets.perfilCiudadano({ selector: '#perfil', apiKey: 'k', cmpToken: 't' })
      },
    })
  })
  await page.reload()
  await (await settled(page, 'perfil')).getByText('Amanda Beatriz').waitFor()
  assert.ok(await page.evaluate(() => early))
})

test('nothing that the service says is run', async (t) => {
  const evil = '<img src=x onerror="heard.push(\'run\')"><script>heard.push("run")</script>'
  const poison = (value) => {
    if (typeof value === 'string') return evil
    if (Array.isArray(value)) return value.map(poison)
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poison(inner)]))
    return value
  }
  const links = (data, url) => ({ ...data, beneficios: data.beneficios.map((one) => ({ ...one, url, normas: [{ norma: evil, articulo: evil, url }] })) })
  for (const url of [evil, 'javascript:heard.push("run")', 'data:text/html,<script>alert(1)</script>', 'http://a.example/']) {
    const answers = { perfil: found(links(poison(perfil), url)), hogar: found(links(poison(hogar), url)) }
    const { page, heard, refused } = await visit(t, browser, { answers })
    await show(page, 'perfil')
    await show(page, 'hogar')
    for (const kind of ['perfil', 'hogar']) {
      const widget = await settled(page, kind)
      await widget.getByText('<script>').first().waitFor({ state: 'attached' })
      assert.deepEqual([await widget.locator('script').count(), await widget.locator('img').count(), await widget.locator('a').count()], [0, 0, 0])
    }
    assert.deepEqual([await heard(), await refused()], [[], []])
  }
  const { page, heard } = await visit(t, browser, { answers: { perfil: { status: 500, body: { success: false, data: { message: evil } } } } })
  await show(page, 'perfil')
  assert.equal(await (await settled(page, 'perfil')).locator('img').count(), 0)
  assert.deepEqual((await heard()).map(({ detail }) => detail.message), [evil, evil])
})

test('nothing is kept in the browser, and nothing is asked of others', async (t) => {
  const { context, page, requests } = await visit(t, browser)
  await show(page, 'perfil')
  await show(page, 'hogar')
  await settled(page, 'perfil')
  await settled(page, 'hogar')
  const kept = await page.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length, cookies: document.cookie,
    caches: globalThis.caches ? (await caches.keys()).length : 0, globals: Object.keys(window).filter((name) => /cmp/i.test(name)),
  }))
  assert.deepEqual(kept, { local: 0, session: 0, databases: 0, cookies: '', caches: 0, globals: ['CmpWidgets'] })
  assert.deepEqual(await context.cookies(), [])
  const others = requests.filter(({ url }) => !url.startsWith(`${scene.base_url}/widgets/v1/`) && !url.startsWith(new URL(page.url()).origin))
  assert.deepEqual(others, [])
})

test('the page’s style does not reach in, and the widgets’ does not reach out', async (t) => {
  const { page } = await visit(t, browser, { bypassCSP: true })
  const look = () => page.evaluate(() => getComputedStyle(document.querySelector('main h1')).cssText)
  await page.addStyleTag({ content: '* { color: red; text-transform: uppercase; letter-spacing: 9px } .benefit { display: none }' })
  const before = await look()
  await show(page, 'perfil')
  const widget = await settled(page, 'perfil')
  const inner = await widget.locator('.name').evaluate((name) => ({ transform: getComputedStyle(name).textTransform, color: getComputedStyle(name).color }))
  assert.equal(inner.transform, 'none')
  assert.notEqual(inner.color, 'rgb(255, 0, 0)')
  assert.ok(await widget.locator('.benefit').first().isVisible())
  assert.equal(await look(), before)
})

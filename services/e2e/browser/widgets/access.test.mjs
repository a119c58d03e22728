// The widgets are usable by everybody: axe, keyboard, narrow screens, both schemes, both languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { violations } from '../axe.mjs'
import { launch, picture } from '../browser.mjs'
import { found, refused } from './answers.mjs'
import { overflow, settled, show, visit } from './partner.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

const empty = { perfil: found({ persona: { rut: '', nombres: '', apellidos: '' }, beneficios: [], accesos: [] }), hogar: found({ hogar: null, beneficios: [] }) }
const both = (answer) => ({ perfil: answer, hogar: answer })
const states = {
  loaded: {}, empty, skeleton: both(() => new Promise(() => {})), 401: both(refused(401)), 403: both(refused(403)), 429: both(refused(429, { 'Retry-After': '30' })),
  503: both(refused(503)), none: both('none'),
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing in any state, ${colorScheme}, ${width} pixels, and nothing is beside the screen`, async (t) => {
      for (const [state, answers] of Object.entries(states)) {
        const { context, page } = await visit(t, browser, { answers, colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        for (const kind of ['perfil', 'hogar']) {
          await show(page, kind)
          if (state === 'skeleton') await page.locator(`#${kind} .skeleton`).waitFor()
          else await settled(page, kind)
        }
        // Everything is opened, so that everything is looked at.
        await page.evaluate(() => document.querySelectorAll('.cmp-widget').forEach(({ shadowRoot }) => shadowRoot.querySelectorAll('details').forEach((one) => (one.open = true))))
        assert.deepEqual(await violations(page), [], state)
        assert.ok((await overflow(page)) <= 0, state)
        await picture(page, `widgets-${state}-${colorScheme}-${width}`)
        await context.close()
      }
    })
  }
}

test('an element of 280 pixels is wide enough', async (t) => {
  const { page } = await visit(t, browser, { viewport: { width: 296, height: 800 } })
  for (const kind of ['perfil', 'hogar']) {
    await show(page, kind)
    await settled(page, kind)
  }
  assert.equal(await page.locator('#perfil').evaluate((element) => element.clientWidth), 280)
  assert.ok((await overflow(page)) <= 0)
  await picture(page, 'widgets-280')
})

test('the page chooses scheme, colours and parts', async (t) => {
  const { page } = await visit(t, browser, { colorScheme: 'dark', bypassCSP: true })
  await page.addStyleTag({ content: '#perfil { --cmp-color-scheme: light; --cmp-accent: rgb(90, 20, 120) } #hogar ::part(title) { text-transform: uppercase }' })
  await show(page, 'perfil')
  await show(page, 'hogar')
  const style = async (kind, selector, name) => (await settled(page, kind)).locator(selector).first().evaluate((one, name) => getComputedStyle(one)[name], name)
  assert.equal(await (await settled(page, 'perfil')).evaluate((one) => getComputedStyle(one).backgroundColor), 'rgb(255, 255, 255)')
  assert.notEqual(await (await settled(page, 'hogar')).evaluate((one) => getComputedStyle(one).backgroundColor), 'rgb(255, 255, 255)')
  assert.equal(await style('perfil', '.portrait', 'backgroundColor'), 'rgb(90, 20, 120)')
  assert.equal(await style('hogar', '.title', 'textTransform'), 'uppercase')
})

test('the page’s language is spoken, and asked for', async (t) => {
  const { page, asked } = await visit(t, browser, { lang: 'en-GB' })
  await page.evaluate(() => document.querySelector('#hogar').setAttribute('lang', 'es-CL'))
  await show(page, 'perfil')
  await show(page, 'hogar')
  await (await settled(page, 'perfil')).getByRole('heading', { name: 'Citizen profile' }).waitFor()
  await (await settled(page, 'hogar')).getByRole('heading', { name: 'Hogar ciudadano' }).waitFor()
  assert.deepEqual(asked.map(({ kind, url }) => [kind, url.searchParams.get('idioma')]).sort(), [['hogar', 'es'], ['perfil', 'en']])
  assert.deepEqual(await page.locator('.cmp-widget').evaluateAll((hosts) => hosts.map(({ lang }) => lang)), ['en', 'es'])
  await picture(page, 'widget-english')
})

test('headings follow those of the page', async (t) => {
  const { page } = await visit(t, browser)
  await show(page, 'perfil', { headingLevel: 3 })
  const widget = await settled(page, 'perfil')
  const levels = await widget.locator('h1, h2, h3, h4, h5, h6').evaluateAll((all) => all.map(({ tagName }) => tagName))
  assert.equal(levels[0], 'H3')
  for (const level of ['H4', 'H5', 'H6']) assert.ok(levels.includes(level), level)
})

test('the keyboard reaches all there is to press, shows where it is, and opens it', async (t) => {
  const { page } = await visit(t, browser)
  await show(page, 'perfil')
  await settled(page, 'perfil')
  const reached = []
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab')
    const { text, outline, height } = await page.evaluate(() => {
      const focused = document.activeElement?.shadowRoot?.activeElement
      return focused ? { text: focused.innerText, outline: getComputedStyle(focused).outlineStyle, height: focused.getBoundingClientRect().height } : { text: '' }
    })
    if (!text) break
    assert.equal(outline, 'solid', text)
    assert.ok(height >= 24 || text.includes('Ley'), `${text}: ${height} pixels high`)
    reached.push(text.split('\n')[0])
  }
  assert.deepEqual(reached.map((text) => text.replace(/ sobre .*| \(se abre.*/, '')), [
    'Salud', 'Por qué', 'Ver la página oficial', 'Por qué y qué falta', 'Ver la página oficial', 'Educación', 'Transferencias y bonos', 'Ver las consultas anteriores',
  ])
})

test('nothing moves for whoever wants no motion', async (t) => {
  const { page } = await visit(t, browser, { reducedMotion: 'reduce', answers: both(() => new Promise(() => {})) })
  await show(page, 'perfil')
  assert.equal(await page.locator('#perfil .bar').first().evaluate((bar) => getComputedStyle(bar).animationName), 'none')
})

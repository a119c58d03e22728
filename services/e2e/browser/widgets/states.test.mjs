// What the widgets show of each answer, and what the page hears.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, picture } from '../browser.mjs'
import { found, hogar, perfil, refusals, refused } from './answers.mjs'
import { settled, show, visit } from './partner.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

test('a profile: who, benefits by category, why and what is missing, the law, who read', async (t) => {
  const { page, asked, heard, refused } = await visit(t, browser)
  await show(page, 'perfil')
  const widget = await settled(page, 'perfil')
  const [{ url, headers }] = asked
  assert.deepEqual([url.searchParams.get('apiKey'), url.searchParams.get('idioma'), headers.authorization], ['demo-key', 'es', 'Bearer aaa.bbb.ccc'])
  assert.deepEqual([headers.referer, headers.cookie], [undefined, undefined])

  await widget.getByText('Amanda Beatriz Quilodrán Sepúlveda').waitFor()
  await widget.getByText('44.444.444-4').waitFor()
  await widget.getByText('4 beneficios. Cumple todas las condiciones de 2.').waitFor()
  assert.deepEqual(await widget.getByRole('heading', { level: 4 }).allInnerTexts(), ['Salud', 'Educación', 'Transferencias y bonos'])
  await widget.getByText('Transferencias y bonos').click()
  const benefit = widget.locator('.benefit').filter({ hasText: 'agua potable' })
  await benefit.getByText('Por qué y qué falta').click()
  for (const said of ['Podría corresponderle', 'La cuenta del agua está al día.', 'Falta información', 'Número de cliente', 'Ley 18.778, artículo 1']) {
    await benefit.getByText(said).first().waitFor()
  }
  for (const link of await widget.getByRole('link').all()) {
    assert.match(await link.getAttribute('href'), /^https:\/\//)
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
  }
  assert.equal(await widget.locator('.accesses').first().getByRole('listitem').count(), 3)
  await picture(page, 'widget-perfil')
  assert.deepEqual(await heard(), [])
  assert.deepEqual(await refused(), [])
})

test('a household: members, tranche, commune, benefits', async (t) => {
  const { page } = await visit(t, browser)
  await show(page, 'hogar', { cmpToken: undefined, cmpWidget: 'aaa.bbb.ccc' })
  const widget = await settled(page, 'hogar')
  for (const said of ['40 %', 'Puerto Montt', '3 integrantes', 'Jefatura de hogar', 'Usted', 'agua potable']) await widget.getByText(said).first().waitFor()
  await picture(page, 'widget-hogar')
})

test('a skeleton is shown while the service is asked', async (t) => {
  let go
  const { page } = await visit(t, browser, { answers: { perfil: () => new Promise((resolve) => (go = () => resolve(found(perfil)))) } })
  await show(page, 'perfil')
  const widget = page.locator('#perfil section[aria-busy="true"]')
  await widget.locator('.skeleton').waitFor()
  assert.equal(await widget.getByRole('status').innerText(), 'Cargando…')
  await picture(page, 'widget-skeleton')
  go()
  assert.match(await (await settled(page, 'perfil')).getByRole('status').first().innerText(), /4 beneficios/)
})

test('nothing to show', async (t) => {
  const persona = { rut: '44444444-4', nombres: '', apellidos: '' }
  const answers = { perfil: found({ ...perfil, persona, beneficios: [], accesos: [] }), hogar: found({ hogar: null, beneficios: [], revision: 12 }) }
  const { page } = await visit(t, browser, { answers })
  await show(page, 'perfil')
  await show(page, 'hogar')
  for (const said of ['Por ahora no encontramos beneficios.', 'No hay un nombre registrado para usted.', 'Nadie ha consultado sus datos.']) {
    await (await settled(page, 'perfil')).getByText(said).waitFor()
  }
  await (await settled(page, 'hogar')).getByText('No hay un hogar registrado para usted.').waitFor()
  await picture(page, 'widget-empty')
})

test('a household of which little is known', async (t) => {
  const { page } = await visit(t, browser, { answers: { hogar: found({ ...hogar, hogar: { tramo: null, comuna: null, integrantes: [{ nombre: '', relacion: 'x', usted: true }] } }) } })
  await show(page, 'hogar')
  const widget = await settled(page, 'hogar')
  assert.equal(await widget.getByText('Sin registro').count(), 3)
  await widget.getByText('Otra relación').waitFor()
})

const titles = {
  400: 'Este recuadro está mal configurado', 401: 'Su sesión terminó', 403: 'Esta página no tiene permiso', 429: 'Hay muchas consultas',
  500: 'Tuvimos un problema', 503: 'El servicio no está disponible',
}
for (const [code, title] of Object.entries(titles)) {
  test(`the page hears of ${code} once by handler and once by event`, async (t) => {
    const { page, heard } = await visit(t, browser, { answers: { perfil: refused(Number(code)) } })
    await show(page, 'perfil')
    const widget = await settled(page, 'perfil')
    await widget.getByRole('heading', { name: title }).waitFor()
    await widget.getByText(`Código ${code}`).waitFor()
    assert.equal(await widget.getByRole('button').count(), code === '429' || code >= 500 ? 1 : 0)
    const detail = { message: refusals[code], code: Number(code) }
    assert.deepEqual(await heard(), [{ by: 'event', detail, at: 'perfil', bubbles: true, composed: true }, { by: 'handler', detail }])
    await picture(page, `widget-${code}`)
  })
}

test('no network is code 0, and asking again helps', async (t) => {
  const { page, asked, heard } = await visit(t, browser, { answers: { perfil: (before) => (before === 0 ? 'none' : found(perfil)) } })
  await show(page, 'perfil')
  const widget = await settled(page, 'perfil')
  await widget.getByRole('heading', { name: 'No pudimos conectarnos' }).waitFor()
  const detail = { message: 'No hay conexión con el servicio.', code: 0 }
  assert.deepEqual((await heard()).map(({ detail }) => detail), [detail, detail])
  await picture(page, 'widget-no-network')
  await widget.getByRole('button', { name: 'Reintentar' }).press('Enter')
  await widget.getByText('Amanda Beatriz').waitFor()
  assert.equal(asked.length, 2)
  assert.equal(await page.evaluate(() => document.querySelector('#perfil > div').shadowRoot.activeElement.id), 'title', 'the focus is led to the title')
})

test('another answer in the service’s place is no answer', async (t) => {
  const { page, heard } = await visit(t, browser, { answers: { perfil: { status: 200, body: '<html>log in</html>' } } })
  await show(page, 'perfil')
  await (await settled(page, 'perfil')).getByRole('heading', { name: 'No pudimos conectarnos' }).waitFor()
  assert.equal((await heard())[0].detail.code, 0)
})

test('the service’s Retry-After is told and kept', async (t) => {
  const { page, asked } = await visit(t, browser, { answers: { perfil: (before) => (before === 0 ? refused(503, { 'Retry-After': '90' }) : found(perfil)) } })
  await page.clock.install()
  await show(page, 'perfil')
  const widget = await settled(page, 'perfil')
  const button = widget.getByRole('button', { name: 'Reintentar' })
  await widget.getByText('Podrá reintentar en 90 segundos.').waitFor()
  assert.equal(await button.getAttribute('aria-disabled'), 'true')
  await picture(page, 'widget-wait')
  await button.click({ force: true })
  await page.clock.runFor(30_000)
  await widget.getByText('Podrá reintentar en 60 segundos.').waitFor()
  assert.equal(asked.length, 1, 'a press before its time asks nothing')
  await page.clock.runFor(60_000)
  assert.equal(await widget.getByRole('status').innerText(), 'Ya puede reintentar.')
  assert.equal(await button.getAttribute('aria-disabled'), 'false')
  await button.click()
  await widget.getByText('Amanda Beatriz').waitFor()
})

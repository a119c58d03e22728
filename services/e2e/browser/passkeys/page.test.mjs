// A beneficiary is handed over from an app's page to a partner's, each on an origin of its own, and the partner's page learns who came.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { launch, open, picture } from '../browser.mjs'
import { scene } from '../scene.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** Opens a page on a port of its own. */
async function host(t, html) {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html; charset=utf-8').end(`<!doctype html><title>App</title>${html}`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })
  const opened = await open(t, browser, { locale: 'pt-BR' })
  await opened.page.goto(`http://127.0.0.1:${server.address().port}/?segredo=do-app`)
  return opened
}

const input = (name, value) => `<input type="hidden" name="${name}" value="${value}">`
const openingForm = `<meta name="referrer" content="unsafe-url"><form method="post" action="${scene.base_url}/clientes/funcionalidade/abrir">
  ${input('token', scene.beneficiary)}${input('instanciaApp', scene.instanciaApp)}${input('chaveFuncionalidade', scene.chaveFuncionalidade)}
  ${input('dispositivo.plataforma', 'web')}<button>Abrir</button></form>`

test("a form leads to the partner's page, which redeems the pass key", async (t) => {
  const { context, page, errors } = await host(t, openingForm)
  const arrived = page.waitForRequest((request) => request.url().startsWith(scene.origin) && request.isNavigationRequest())
  await page.getByRole('button', { name: 'Abrir' }).click()
  const request = await arrived
  assert.match(request.url(), /[?&]chavePasse=[0-9a-f-]{36}$/)
  assert.equal((await request.allHeaders()).referer, undefined)
  await page.getByText(scene.chaveUnica, { exact: true }).waitFor()
  await page.getByText('Dados carregados com sucesso.').waitFor()
  assert.ok(!page.url().includes('chavePasse'), 'the pass key is out of the address')
  assert.deepEqual([errors, await context.cookies()], [[], []])
  await picture(page, 'functionality')
})

/** What a script of the page gets from an endpoint of pass keys. */
const redeem = (page, path, chavePasse, headers) =>
  page.evaluate(
    async ({ scene, path, chavePasse, headers }) => {
      const query = new URLSearchParams({ instanciaApp: scene.instanciaApp, chavePasse, chaveFuncionalidade: scene.chaveFuncionalidade })
      const answer = await fetch(`${scene.base_url}/clientes/chavePasse/${path}?${query}`, { headers })
      return { status: answer.status, limit: answer.headers.get('RateLimit'), body: await answer.json() }
    },
    { scene, path, chavePasse, headers },
  )

test('a script of any origin redeems a pass key', async (t) => {
  const { page, errors } = await host(t, '')
  for (const token of [scene.token, `Bearer ${scene.token}`]) {
    const { status, limit, body } = await redeem(page, 'usuario', scene.chavePasse, { Authorization: token })
    assert.deepEqual([status, body.status, body.statusCode, body.message], [200, true, 200, 'Dados carregados com sucesso.'])
    assert.equal(body.data.chaveUnica, scene.chaveUnica)
    assert.equal(body.data.integracao.abcdef, 9288701)
    assert.ok(limit, 'scripts read what is left of the limit')
  }
  const household = await redeem(page, 'grupoFamiliar', scene.chavePasse, { Authorization: scene.token })
  assert.equal(household.body.data.grupoFamiliar[0].chaveUnica, scene.chaveUnica)
  const system = await redeem(page, 'sistema', scene.chavePasse, { Authorization: scene.token })
  assert.equal(system.body.data.dispositivo.plataforma, 'android')
  assert.deepEqual(errors, [])
})

test('a script reads why it was refused', async (t) => {
  const { page } = await host(t, '')
  for (const [chavePasse, headers, refused] of [
    ['nada', { Authorization: scene.token }, 403],
    ['', { Authorization: scene.token }, 400],
    [scene.chavePasse, {}, 401],
  ]) {
    const { status, body } = await redeem(page, 'usuario', chavePasse, headers)
    assert.deepEqual([status, body.statusCode, body.status, body.data, body.critical], [refused, refused, false, [], [{}]])
    assert.ok(body.message)
  }
})

// The page reads codes from pictures and from the camera.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, open, picture } from './browser.mjs'
import { fieldsOf, scene } from './scene.mjs'

let browser
before(async () => {
  browser = await launch('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${scene.camera}`)
})
after(() => browser?.close())

test('a picture of a card', async (t) => {
  const { page, requests, errors, verdict } = await open(t, browser)
  await page.goto(`${scene.base_url}/c`)
  await page.getByLabel('Elegir una imagen').setInputFiles(scene.png)
  await verdict('valid')
  assert.ok((await page.locator('#fields').innerText()).includes(fieldsOf(scene.qr).name))
  assert.deepEqual(requests.filter(({ body }) => body !== null).length, 1)
  assert.deepEqual(errors, [])
})

test('a picture of a card of another validator', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(`${scene.base_url}/cs`)
  await page.getByLabel('Elegir una imagen').setInputFiles(scene.png)
  await verdict('unknown_issuer')
  await picture(page, 'unknown-issuer')
})

test('a picture without a code, and a file that is no picture', async (t) => {
  const { page } = await open(t, browser)
  await page.goto(`${scene.base_url}/c`)
  const file = page.getByLabel('Elegir una imagen')
  const blank = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>'
  await file.setInputFiles({ name: 'blank.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(blank) })
  await page.getByText('No se encontró un código QR').waitFor()
  await file.setInputFiles({ name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('text') })
  await page.getByText('no es una imagen').waitFor()
})

test('a card before the camera', async (t) => {
  const { page, verdict } = await open(t, browser, { permissions: ['camera'] })
  await page.goto(`${scene.base_url}/c`)
  await page.getByRole('button', { name: 'Usar la cámara' }).click()
  await verdict('valid')
  await page.getByRole('button', { name: 'Usar la cámara' }).waitFor()
  assert.equal(await page.locator('#preview').isHidden(), true)
})

test('a camera that is not allowed', async (t) => {
  const { page } = await open(t, browser)
  await page.goto(`${scene.base_url}/c`)
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  })
  await page.getByRole('button', { name: 'Usar la cámara' }).click()
  await page.getByText('no permite usar la cámara').waitFor()
})

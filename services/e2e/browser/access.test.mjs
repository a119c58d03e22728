// The page is usable with a keyboard, a screen reader, a narrow screen, and in both languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { violations } from './axe.mjs'
import { launch, open, picture } from './browser.mjs'
import { scene, tampered } from './scene.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** What axe finds that is serious or worse. */
async function serious(page) {
  return (await violations(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical')
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious, ${colorScheme}`, async (t) => {
    const { page, verdict } = await open(t, browser, { colorScheme, bypassCSP: true })
    for (const [qr, wanted] of [[`${scene.base_url}/c`, 'empty'], [scene.qr, 'valid'], [scene.revoked_qr, 'revoked'], [tampered, 'bad_signature'], [`${scene.base_url}/cs#x`, 'unreadable']]) {
      await page.goto(qr)
      await verdict(wanted)
      assert.deepEqual(await serious(page), [], wanted)
    }
    await page.goto(scene.qr)
    await verdict('valid')
    await picture(page, colorScheme)
  })
}

test('the browser’s language is spoken, and the other one at a press', async (t) => {
  const { page, verdict } = await open(t, browser, { locale: 'en-GB' })
  await page.goto(scene.qr)
  await verdict('valid')
  await page.getByRole('heading', { name: 'Valid card', exact: true }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  assert.equal(await page.title(), 'Card validator')
  await picture(page, 'english')
  await page.getByRole('button', { name: 'Español' }).click()
  await page.getByRole('heading', { name: 'Credencial válida' }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'es')
  await page.reload()
  await page.getByRole('heading', { name: 'Credencial válida' }).waitFor()
})

test('a screen of 360 pixels has nothing beside it', async (t) => {
  const { page, verdict } = await open(t, browser, { viewport: { width: 360, height: 740 } })
  for (const [qr, wanted] of [[scene.qr, 'valid'], [scene.revoked_qr, 'revoked'], [tampered, 'bad_signature'], [`${scene.base_url}/c#x`, 'unreadable']]) {
    await page.goto(qr)
    await verdict(wanted)
    const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
    assert.ok(content <= screen, `${wanted}: ${content} of ${screen} pixels`)
    await picture(page, `360-${wanted}`)
  }
})

test('the keyboard reaches all there is to press, in the order of the page, and shows where it is', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(tampered)
  await verdict('bad_signature')
  const reached = []
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab')
    const { id, outlined } = await page.evaluate(() => {
      const focused = document.activeElement
      const shown = focused.closest('label') ?? focused
      return { id: focused.id, outlined: getComputedStyle(shown).outlineStyle === 'solid' }
    })
    reached.push(id)
    assert.ok(outlined, `${id} shows its focus`)
  }
  assert.deepEqual(reached, ['language', 'again', 'camera', 'file'])
})

test('a screen reader is told the verdict', async (t) => {
  const { page, verdict } = await open(t, browser)
  await page.goto(scene.qr)
  await verdict('valid')
  const told = page.getByRole('status').filter({ hasText: 'Credencial válida' })
  assert.equal(await told.getAttribute('aria-live'), 'polite')
  assert.equal(await told.getAttribute('aria-busy'), 'false')
  for (const landmark of ['banner', 'main', 'contentinfo']) assert.equal(await page.getByRole(landmark).count(), 1, landmark)
})

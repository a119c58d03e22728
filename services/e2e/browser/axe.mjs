// What axe says of a page, shadow roots included. The page's context has to bypass its policy.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds: the rule, how bad it is, and where. */
export async function violations(page) {
  await page.evaluate(source)
  const { violations } = await page.evaluate(() => axe.run({ resultTypes: ['violations'] }))
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }))
}

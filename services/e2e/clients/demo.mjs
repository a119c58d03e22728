// The demonstration values of the platform under test.
import { readFileSync } from 'node:fs'

const path = process.env.VENTANILLA_DEMO
if (!path) throw new Error('set VENTANILLA_DEMO to the demo.json that `ventanilla up --demo` wrote, and NODE_EXTRA_CA_CERTS to its ca_file')

export const demo = JSON.parse(readFileSync(path, 'utf8'))
export const tokenPath = '/api/v1/oauth/token'

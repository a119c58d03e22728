// The documented card (document 002, "Identity QR").
export const publicKey = 'PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM='
export const text = 'iDDi1|L|19003500|LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO|CIENCIAS DE LA EDUCACION|6895|1zr1RN'
export const signature = 'ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg'
export const validator = 'https://id.example/c'
export const qr = `${validator}#${text}|${signature}`
export const keys = {
  keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'vector', alg: 'EdDSA', use: 'sig', x: publicKey.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') }],
  validators: [validator],
}

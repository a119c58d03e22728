/** Site is where this page, and what it asks for, are: the address decides the data set. */
export interface Site {
  readonly staging: boolean
  readonly keys: string
  readonly revocations: string
  readonly status: string
}

/** The site of a path: /cs is the staging validator. */
export function siteOf(pathname: string): Site {
  const staging = pathname === '/cs'
  const api = staging ? '/v1-stag/iddi' : '/v1/iddi'
  return {
    staging,
    keys: `/.well-known/iddi-card-keys${staging ? '-staging' : ''}.json`,
    revocations: `${api}/credenciales/revocaciones`,
    status: `${api}/credenciales/estado`,
  }
}

/** What every error of this package is. It never holds a credential. */
export class IddiError extends Error {
  constructor(message, { status = 0, code = '', type = '', cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.status = status
    this.code = code
    this.type = type
  }
}

/** 401: there is no credential, or it does not hold. */
export class AuthenticationError extends IddiError {}
/** 403: the credential lacks the scope. */
export class PermissionError extends IddiError {}
/** 404: no card has the folio and the signature. */
export class NotFoundError extends IddiError {}
/** 404 with code "revocado": the card was revoked. */
export class RevokedCardError extends NotFoundError {}
/** Any other 4xx. */
export class RequestError extends IddiError {}
/** 5xx that did not pass after retries. */
export class ServerError extends IddiError {}
/** The server could not be reached, did not answer in time, or answered something that is not of this API. */
export class ConnectionError extends IddiError {}

/** 422: fields are wrong; `fields` has a message for each. */
export class ValidationError extends IddiError {
  constructor(message, details) {
    super(message, details)
    this.fields = details.fields ?? {}
  }
}

/** 429 that did not pass after retries; `retryAfter` is in seconds. */
export class RateLimitError extends IddiError {
  constructor(message, details) {
    super(message, details)
    this.retryAfter = details.retryAfter ?? 0
  }
}

/** An error of the token endpoint (RFC 6749, 5.2); `code` is its `error`. */
export class OAuthError extends IddiError {}

/** The error of an answer, from its status, body and Retry-After. */
export function errorOf(status, body, retryAfter) {
  if (typeof body?.error === 'string') {
    const details = { status, code: body.error, type: 'error', retryAfter }
    const message = body.error_description || body.error
    return status === 429 ? new RateLimitError(message, details) : new OAuthError(message, details)
  }
  const data = body?.data ?? {}
  const code = typeof body?.code === 'string' ? body.code : ''
  const details = { status, code, type: data.msg_type ?? '', retryAfter }
  const message = typeof data.message === 'string' && data.message ? data.message : `HTTP ${status}`
  switch (true) {
    case status === 401: return new AuthenticationError(message, details)
    case status === 403: return new PermissionError(message, details)
    case status === 404 && code === 'revocado': return new RevokedCardError(message, details)
    case status === 404: return new NotFoundError(message, details)
    case status === 422: return new ValidationError(message, { ...details, fields: fieldsOf(data.validation) })
    case status === 429: return new RateLimitError(message, details)
    case status >= 500: return new ServerError(message, details)
  }
  return new RequestError(message, details)
}

function fieldsOf(validation) {
  return Array.isArray(validation) ? Object.assign({}, ...validation.filter((v) => v && typeof v === 'object')) : {}
}

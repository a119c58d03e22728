<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** What a verification without a connection found. */
enum Verdict: string
{
    /** Signed by the institution, and not revoked as far as a fresh list knows. */
    case Valid = 'valid';
    /** The text is no card. */
    case Unreadable = 'unreadable';
    /** The address before "#" is not the institution's. */
    case UnknownIssuer = 'unknown_issuer';
    /** No published key made the signature. */
    case BadSignature = 'bad_signature';
    /** The card was revoked. */
    case Revoked = 'revoked';
    /** The signature is good, but the list is missing or too old to rely on: ask Iddi::estado. */
    case StaleList = 'stale_list';
}

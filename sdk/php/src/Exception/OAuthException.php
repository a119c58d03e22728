<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** An error of the token endpoint (RFC 6749, 5.2). */
final class OAuthException extends IddiException
{
}

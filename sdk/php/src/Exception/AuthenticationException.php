<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 401: there is no credential, or it does not hold. */
final class AuthenticationException extends IddiException
{
}

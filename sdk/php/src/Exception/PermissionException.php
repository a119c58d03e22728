<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 403: the credential lacks the scope. */
final class PermissionException extends IddiException
{
}

<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 422: fields are wrong; see $fields. */
final class ValidationException extends IddiException
{
}

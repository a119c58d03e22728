<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** Any other 4xx. */
final class RequestException extends IddiException
{
}

<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 5xx that did not pass after retries. */
final class ServerException extends IddiException
{
}

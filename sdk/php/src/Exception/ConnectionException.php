<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** The server could not be reached, did not answer in time, or answered something that is not of this API. */
final class ConnectionException extends IddiException
{
}

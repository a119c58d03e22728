<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 404 with the reason "revocado": the card was revoked. */
final class RevokedCardException extends NotFoundException
{
}

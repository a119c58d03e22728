<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 404: no card has the folio and the signature. */
class NotFoundException extends IddiException
{
}

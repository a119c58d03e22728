<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** The fields of an identity QR code. They prove nothing by themselves: see CardVerifier. */
final class Card
{
    private const LONGEST = 251; // bytes: a QR code of version 11 at error correction M
    private const PRINTED = '[A-ZÑÜ0-9 .,:;\'"()\/&+-]';

    private function __construct(
        /** The address before "#"; null when there was no "#". */
        public readonly ?string $validator,
        /** What is signed. */
        public readonly string $text,
        /** A, D workers; B, L, P students; E external; S staff. */
        public readonly string $type,
        public readonly string $number,
        public readonly string $name,
        public readonly string $programme,
        public readonly string $code,
        public readonly string $folio,
        public readonly string $signature,
    ) {
    }

    /** Reads the text of a QR code, with or without the validator's address and "#"; null for what is no card. */
    public static function parse(string $qr): ?self
    {
        if (strlen($qr) > self::LONGEST || preg_match("//u", $qr) !== 1) {
            return null;
        }
        $hash = strpos($qr, '#');
        $validator = $hash === false ? null : substr($qr, 0, $hash);
        $fields = explode('|', $hash === false ? $qr : substr($qr, $hash + 1));
        if (count($fields) !== 8) {
            return null;
        }
        [$version, $type, $number, $name, $programme, $code, $folio, $signature] = $fields;
        $wellFormed = $version === 'iDDi1'
            && preg_match('/\A[ADLBPES]\z/', $type)
            && preg_match($type === 'A' || $type === 'D' ? '/\A(?:[-0-9XBLMOV]{4,12}|[0-9]{2,6})\z/' : '/\A[-0-9XBLMOV]{4,12}\z/', $number)
            && preg_match('/\A' . self::PRINTED . '{1,60}\z/u', $name)
            && preg_match('/\A' . self::PRINTED . '{1,40}\z/u', $programme)
            && preg_match('/\A[0-9]{1,5}\z/', $code)
            && preg_match('/\A[a-zA-Z0-9]{1,6}\z/', $folio)
            && strlen($signature) === 86 && Base64Url::decode($signature) !== null;
        if (!$wellFormed) {
            return null;
        }
        $text = implode('|', array_slice($fields, 0, 7));
        return new self($validator, $text, $type, $number, $name, $programme, $code, $folio, $signature);
    }
}

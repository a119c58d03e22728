<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** Verifies cards with published keys and, where there is one, a revocation list. It makes no connection. */
final class CardVerifier
{
    private const LEEWAY = 5;

    private readonly ?RevocationList $list;

    /**
     * @param array{keys: list<array<string, string>>, validators: list<string>} $keys what Iddi::llaves returned
     * @param string|null $revocations what Iddi::revocaciones returned
     * @param bool $requireList whether a good signature without a fresh list is StaleList
     *
     * @throws \InvalidArgumentException for a list that no published key signed
     */
    public function __construct(private readonly array $keys, ?string $revocations = null, private readonly bool $requireList = true)
    {
        $this->list = $revocations === null ? null : RevocationList::open($revocations, $keys);
    }

    /**
     * The verdict about the text of a QR code; Card::parse has its fields.
     *
     * @param int|null $now the time in Unix seconds; the present when null
     */
    public function verify(string $qr, ?int $now = null): Verdict
    {
        $card = Card::parse($qr);
        if ($card === null) {
            return Verdict::Unreadable;
        }
        if ($card->validator !== null && !in_array($card->validator, $this->keys['validators'] ?? [], true)) {
            return Verdict::UnknownIssuer;
        }
        if (!$this->signed($card)) {
            return Verdict::BadSignature;
        }
        if ($this->list?->has($card)) {
            return Verdict::Revoked;
        }
        return $this->stale($now ?? time()) ? Verdict::StaleList : Verdict::Valid;
    }

    /** A time before the list was made says nothing of its age. */
    private function stale(int $now): bool
    {
        return $this->list === null
            ? $this->requireList
            : $now > $this->list->expires + self::LEEWAY || $now < $this->list->issued - self::LEEWAY;
    }

    private function signed(Card $card): bool
    {
        $signature = Base64Url::decode($card->signature);
        $message = hash('sha256', $card->text);
        foreach ($this->keys['keys'] ?? [] as $key) {
            if (Key::verifies($key, $signature, $message)) {
                return true;
            }
        }
        return false;
    }
}

<?php

declare(strict_types=1);

// The package's autoloading as composer.json has it, and the few words that its tests are written in.
spl_autoload_register(static function (string $class): void {
    $prefix = 'Ventanilla\\Iddi\\';
    if (str_starts_with($class, $prefix)) {
        require __DIR__ . '/../src/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    }
});
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if (error_reporting() & $level) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }
    return false;
});

function same(mixed $want, mixed $got, string $what): void
{
    if ($want !== $got) {
        throw new LogicException("$what: got " . var_export($got, true) . ', want ' . var_export($want, true));
    }
}

/** @return Throwable what the call threw, which is of the class */
function thrown(string $class, callable $call, string $what): Throwable
{
    try {
        $call();
    } catch (Throwable $thrown) {
        same($class, $thrown::class, $what);
        return $thrown;
    }
    throw new LogicException("$what: nothing was thrown, want $class");
}

/** @param array<string, callable> $tests */
function run(array $tests): never
{
    $failed = 0;
    foreach ($tests as $name => $test) {
        try {
            $test();
            echo "ok   $name\n";
        } catch (Throwable $failure) {
            $failed++;
            echo "FAIL $name\n     ", get_class($failure), ': ', $failure->getMessage(), ' at ', basename($failure->getFile()), ':', $failure->getLine(), "\n";
        }
    }
    exit($failed === 0 ? 0 : 1);
}

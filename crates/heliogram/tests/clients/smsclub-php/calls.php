<?php
// Sends by SMS Club's API as a form, with PHP's own curl, and follows the message to its end.

declare(strict_types=1);

const PHONE = '380501234500';

/** Posts a form; answers the status and what the answer says. */
function post(string $path, array $fields, string $token = 'dev-token'): array
{
    $curl = curl_init(getenv('HELIOGRAM_URL') . $path);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => http_build_query($fields),
        CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . $token],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_PROXY => '',
        CURLOPT_TIMEOUT => 30,
    ]);
    $body = curl_exec($curl);
    if ($body === false) {
        throw new RuntimeException(curl_error($curl));
    }
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    return [$status, json_decode($body, true, 16, JSON_THROW_ON_ERROR)];
}

function must(bool $true, mixed $found): void
{
    if (!$true) {
        throw new RuntimeException('not what was expected: ' . var_export($found, true));
    }
}

$sending = ['phone' => [PHONE, '380501234501'], 'message' => 'Знижки до -50% & більше', 'src_addr' => 'Heliogram'];

[$status, $sent] = post('/sms/send', $sending);
$info = $sent['success_request']['info'] ?? [];
must($status === 200 && array_values($info) === $sending['phone'], $sent);
must(!isset($sent['success_request']['add_info']), $sent);
$id = array_key_first($info);

// The same again within two minutes.
[$status, $again] = post('/sms/send', $sending);
must($status === 453 && isset($again['success_request']['add_info'][PHONE]), $again);

for ($round = 0; $round < 200; $round++) {
    [$status, $asked] = post('/sms/status', ['id_sms' => [$id]]);
    $state = $asked['success_request']['info'][$id] ?? null;
    if ($state === 'DELIVRD') {
        break;
    }
    must($status === 429 || $state === 'ENROUTE', $asked);
    usleep(150_000);
}
must($state === 'DELIVRD', $state);

usleep(1_100_000);
[$status, $balance] = post('/sms/balance', []);
must($balance['success_request']['info'] === ['money' => '999.7400', 'currency' => 'UAH'], $balance);
[$status, $refused] = post('/sms/balance', [], 'wrong');
must($status === 401 && $refused['status'] === 401, $refused);

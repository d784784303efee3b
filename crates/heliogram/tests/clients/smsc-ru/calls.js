// Makes every call that the library smsc-ru 0.0.4 has, and checks what becomes of it.
//
// The library has the host of the service written into it, writes its parameters into the address as they are, and hands only the
// balance to its callers: what else it did is asked of the gateway.

'use strict';

const assert = require('node:assert/strict');
const smsc = require('smsc-ru');

const PHONE = '79161234500';
const called = (name, ...values) => new Promise((resolve) => smsc[name](...values, resolve));

async function delivered() {
  const answer = await fetch(`${process.env.HELIOGRAM_URL}/dev/messages?to=${PHONE}`);
  return answer.json();
}

async function all() {
  assert.deepEqual(Object.keys(smsc).sort(), ['balance', 'call', 'sms', 'viber']);
  assert.equal(await called('balance', 'dev', 'dev'), '1000.00');
  await called('sms', 'dev', 'dev', PHONE, 'Hello');
  assert.equal(await called('balance', 'dev', 'dev'), '999.87');
  // A voice call is refused, and costs nothing; its callers cannot tell.
  await called('call', 'dev', 'dev', PHONE, 'Hello');
  assert.equal(await called('balance', 'dev', 'dev'), '999.87');
  assert.equal(await called('balance', 'dev', 'wrong'), 'ERROR = 2 (authorise error)');
  for (let round = 0; round < 200; round += 1) {
    const texts = (await delivered()).map((message) => message.text);
    if (texts.length > 0) return assert.deepEqual(texts, ['Hello']);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing was delivered');
}

all().catch((error) => {
  console.error(error);
  process.exit(1);
});

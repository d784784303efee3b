// Makes every call that the library node-smsc 0.2.3 has, and checks what its callers get.
//
// The library takes the address of the service, hashes the password, asks for JSON in UTF-8, and rejects with the provider's error.
// It posts files with the parameters in the query.

'use strict';

const assert = require('node:assert/strict');
const smsc = require('node-smsc');

const client = smsc({ login: 'dev', password: 'dev', request: `${process.env.HELIOGRAM_URL}/sys/` });
const PHONE = '79161234500';
const OTHER = '79161234501';

async function refused(code, answer) {
  await assert.rejects(answer, (error) => {
    assert.equal(error.name, 'SmscApiError');
    assert.equal(error.response.error_code, code, error.message);
    return true;
  });
}

// A status may be asked for five times a minute: the phone is looked at first, and its receipt takes a moment more.
async function delivered(phone, id) {
  await fetch(`${process.env.HELIOGRAM_URL}/dev/messages?to=${phone}&wait=10s`);
  for (let round = 0; round < 4; round += 1) {
    const status = await client.status({ phone, id, all: 1 });
    if (status.status === 1) return status;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  throw new Error('it was not delivered');
}

async function messages() {
  assert.deepEqual(await client.balance(), { balance: '1000.00' });
  assert.equal((await client.balance({ cur: 1 })).currency, 'UAH');
  assert.deepEqual(await client.send({ phones: PHONE, mes: 'Привіт', sender: 'Heliogram', cost: 1 }), { cost: '0.13', cnt: 1 });
  const id = 'order-17.a';
  assert.deepEqual(await client.send({ phones: PHONE, mes: 'Привіт', sender: 'Heliogram', id }), { id, cnt: 1 });
  const status = await delivered(PHONE, id);
  assert.equal(status.message, 'Привіт');
  assert.equal(status.cost, '0.13');
  await refused(9, client.send({ phones: PHONE, mes: 'Привіт', sender: 'Heliogram', id }));

  const many = await client.send({ list: `${PHONE}:Перший\n${OTHER}:Другий`, sender: 'Heliogram', id: 77, cost: 3 });
  assert.deepEqual(many, { id: 77, cnt: 2, cost: '0.26', balance: '999.61' });
  const both = await client.status({ phone: `${PHONE},${OTHER}`, id: '77,77', all: 2 });
  assert.deepEqual(both.map((one) => one.message), ['Перший', 'Другий']);

  const long = await client.send({ phones: PHONE, mes: 'x'.repeat(700), sender: 'Heliogram', cost: 2 });
  assert.equal(long.cnt, 5);
  await refused(1, client.send({ phones: PHONE, mes: 'x', call: 1 }));
  await refused(7, client.send({ phones: 'nobody', mes: 'x', sender: 'Heliogram' }));
  const file = { field: 'picture', value: Buffer.alloc(200), options: { filename: 'picture.png' } };
  await refused(1, client.send({ phones: PHONE, mes: 'x', mms: 1 }, { files: [file] }));
}

async function mailings() {
  const job = { add: 1, name: 'Щотижня', phones: PHONE, mes: 'Новини', sender: 'Heliogram', id: 10, rpt: 5, rptn: 3, time: '+600' };
  assert.deepEqual(await client.jobs(job), { id: 10 });
  await refused(9, client.jobs({ ...job }));
  const [one] = await client.jobs({ get: 1, id: 10 });
  assert.deepEqual([one.id, one.name, one.repeat_send, one.repeat_cnt, one.message], [10, 'Щотижня', 5, 3, 'Новини']);
  assert.deepEqual((await client.jobs({ get_all: 1 })).map((each) => each.id), [10]);
  assert.deepEqual(await client.jobs({ cancel: 1, id: 10 }), { result: 'OK' });
  assert.deepEqual(await client.jobs({ del: 1, id: 10 }), { result: 'OK' });
  // The same question within a minute is one too many.
  await refused(9, client.jobs({ get_all: 1 }));
  assert.deepEqual(await client.jobs({ get_all: 1, start: '01.01.2020' }), []);
}

async function contacts() {
  const { id: group } = await client.phones({ add_group: 1, name: 'Клієнти' });
  assert.ok(group > 0);
  assert.ok((await client.phones({ add: 1, phone: PHONE, name: 'Олена', grp: group })).id > 0);
  const [contact] = await client.phones({ get: 1, phone: PHONE });
  assert.deepEqual([contact.name, contact.phone, contact.group], ['Олена', PHONE, String(group)]);
  assert.deepEqual(await client.phones({ chg: 1, phone: PHONE, name: 'Оля' }), { result: 'OK' });
  assert.equal((await client.phones({ get: 1, grp: group }))[0].name, 'Оля');
  assert.ok((await client.phones({ get_group: 1 })).some((each) => each.id === group && each.cnt === '1'));
  assert.deepEqual(await client.phones({ chg_group: 1, grp: group, name: 'Друзі' }), { result: 'OK' });
  assert.ok((await client.phones({ add_black: 1, phone: OTHER })).id);
  assert.deepEqual(await client.phones({ del_black: 1, phone: OTHER }), { result: 'OK' });
  assert.deepEqual(await client.phones({ del: 1, phone: PHONE }), { result: 'OK' });
  assert.deepEqual(await client.phones({ del_group: 1, grp: group }), { result: 'OK' });
  await refused(3, client.phones({ get: 1, phone: PHONE }));
}

async function texts() {
  const { id } = await client.templates({ add: 1, name: 'Вітання', msg: 'З днем народження!' });
  assert.ok((await client.templates({ get: 1 })).some((each) => each.id === id && each.message === 'З днем народження!'));
  assert.deepEqual(await client.templates({ chg: 1, id, msg: 'Вітаємо!' }), { result: 'OK' });
  assert.deepEqual(await client.templates({ del: 1, id }), { result: 'OK' });
  await client.senders({ add: 1, sender: 'Shop', cmt: 'Крамниця' });
  assert.ok((await client.senders({ get: 1 })).some((each) => each.sender === 'Shop'));
}

async function accounts() {
  assert.deepEqual(await client.users({ get_stat_all: 1 }), []);
  assert.ok((await client.users({ add: 1, user: 'branch', password: 'secret-17' })).id > 0);
  assert.deepEqual(await client.users({ pay: 1, user: 'branch', sum: 5 }), { result: 'OK' });
  const branch = smsc({ login: 'branch', password: 'secret-17', request: `${process.env.HELIOGRAM_URL}/sys/` });
  assert.deepEqual(await branch.balance(), { balance: '5.00' });
  assert.ok((await client.users({ get_stat_all: 1 })).some((each) => each.login === 'branch'));
}

async function data() {
  const history = await client.get({ get_messages: 1, cnt: 10 });
  assert.ok(history.some((each) => each.message === 'Привіт' && each.phone === PHONE));
  assert.deepEqual(await client.get({ get_messages: 1, phone: '79990000000' }), []);
  assert.deepEqual(await client.get({ get_answers: 1, hour: 24 }), []);
  assert.ok((await client.get({ get_stat: 1 })).length > 0);
  assert.ok((await client.info({ get_operator: 1, phone: PHONE })).country);
  await refused(1, client.receive_phones({ get: 1 }));
  await refused(1, client.get_mnp({ date: '01.01.2020' }));
  const stranger = smsc({ login: 'dev', password: 'wrong', request: `${process.env.HELIOGRAM_URL}/sys/` });
  await refused(2, stranger.balance());
}

async function all() {
  assert.equal(Object.keys(client).length, 12, 'the library has no call that is not made here');
  for (const part of [messages, mailings, contacts, texts, accounts, data]) await part();
}

all().catch((error) => {
  console.error(error);
  process.exit(1);
});

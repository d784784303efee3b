// Makes every call that the library epochta-client 0.0.1 has, and checks what its callers get.
//
// The library has the provider's host built in: the environment's HTTP proxy leads it to the gateway under test. It unwraps a
// result of one member, makes objects of a table's rows, and turns an error into a rejection with `errCode`.

'use strict';

const assert = require('node:assert/strict');
const APIClient = require('epochta-client');
const methods = require('epochta-client/lib/api-methods');

const client = new APIClient({ publicKey: 'dev-public', privateKey: 'dev-private' });
const called = new Set();

// A call with its arguments; the library writes into the object that it is given.
async function call(method, parameters = {}) {
  called.add(method);
  return client[method]({ ...parameters });
}

async function refused(code, method, parameters) {
  await assert.rejects(call(method, parameters), (error) => {
    assert.ok(error instanceof APIClient.errors.APIError, String(error));
    assert.equal(error.errCode, code);
    assert.ok(error.errDescription.length > 0);
    return true;
  });
}

// Asks until the answer is as wanted; the limit of the whole run is the caller's.
async function until(method, parameters, wanted) {
  for (;;) {
    const answer = await call(method, parameters);
    if (wanted(answer)) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

async function addressBooks() {
  await refused('208', 'getAddressBook', {});
  const book = await call('addAddressBook', { name: 'Клиенты', description: 'of the shop' });
  assert.ok(Number.isInteger(book));
  const { creationdate, ...one } = await call('getAddressBook', { idAddressBook: book });
  assert.match(creationdate, DATE);
  assert.deepEqual(one, {
    id: book, name: 'Клиенты', phones: 0, exceptions: 0, description: 'of the shop',
  });

  const other = await call('addAddressBook', { name: 'Others' });
  const all = await call('getAddressBook', {});
  assert.deepEqual(all.map(({ id, name }) => [id, name]), [
    [String(book), 'Клиенты'], [String(other), 'Others'],
  ]);
  const page = await call('getAddressBook', { from: 1, offset: 1 });
  assert.deepEqual(page.map(({ id }) => id), [String(other)]);

  const searchFields = JSON.stringify({ name: { operation: 'like', value: 'клиент%' } });
  const found = await call('searchAddressBook', { searchFields });
  assert.deepEqual(found.map(({ id }) => id), [String(book)]);
  await refused('210', 'searchAddressBook', {
    searchFields: JSON.stringify({ name: { operation: '=', value: 'nobody' } }),
  });

  assert.equal(await call('delAddressBook', { idAddressBook: other }), true);
  await refused('202', 'delAddressBook', { idAddressBook: other });
  await refused('206', 'getAddressBook', { idAddressBook: other });
  return book;
}

async function phones(book) {
  const phone = await call('addPhoneToAddressBook', {
    idAddressBook: book, phone: 380501234567, variables: 'Иван;Васильевич',
  });
  assert.ok(Number.isInteger(phone));
  await refused('211', 'addPhoneToAddressBook', { idAddressBook: book, phone: 380501234567 });
  await refused('212', 'addPhoneToAddressBook', { idAddressBook: book, phone: 'nobody' });
  await refused('213', 'addPhoneToAddressBook', { idAddressBook: 999999, phone: 380501234567 });
  // As the documents have it, and as an array, which the library writes as PHP would.
  const data = [['380631112233', 'Anna'], [380671112233]];
  assert.equal(await call('addPhoneToAddressBook', {
    idAddressBook: book, data: JSON.stringify(data),
  }), true);
  assert.equal(await call('addPhoneToAddressBook', {
    idAddressBook: book, data: [['380931112233', 'Olha'], ['380931112244']],
  }), true);

  assert.deepEqual(await call('getPhoneFromAddressBook', { idPhone: phone }), {
    id: phone, addressbook: book, phone: '380501234567', normalphone: '380501234567',
    variables: 'Иван;Васильевич', status: 0,
  });
  const listed = await call('getPhoneFromAddressBook', { idAddressBook: book });
  assert.equal(listed.length, 5);
  assert.deepEqual(Object.keys(listed[0]), [
    'id', 'phone', 'normalPhone', 'variables', 'status', 'code',
  ]);
  assert.equal(listed[0].id, String(phone));

  const searchFields = JSON.stringify({
    idAddressBook: { operation: '=', value: book },
    variables: { operation: 'like', value: 'иван%' },
  });
  const found = await call('searchPhones', { searchFields });
  assert.deepEqual(found.map(({ id }) => id), [String(phone)]);
  // An object is written as PHP would, but signed by the name that JavaScript has for objects.
  const unspoken = { phone: { operation: 'like', value: '38093%' } };
  assert.equal((await call('searchPhones', { searchFields: unspoken })).length, 2);

  assert.equal(await call('editPhone', {
    idPhone: phone, phone: '+38 (050) 765-43-21', variables: 'Пётр',
  }), true);
  const edited = await call('getPhoneFromAddressBook', { idPhone: phone });
  assert.equal(edited.normalphone, '380507654321');
  assert.equal(edited.variables, 'Пётр');
  await refused('229', 'editPhone', { idPhone: 999999, phone: '380501234567', variables: 'x' });

  const clone = await call('cloneAddressBook', { idAddressBook: book });
  assert.deepEqual(Object.keys(clone), ['successful', 'idAddressBook']);
  const copies = await call('getPhoneFromAddressBook', { idAddressBook: clone.idAddressBook });
  assert.equal(copies.length, 5);
  assert.equal(await call('delPhoneFromAddressBook', { idPhone: copies[0].id }), true);
  assert.equal(await call('delPhoneFromAddressBookGroup', {
    idPhones: `${copies[1].id}, ${copies[2].id}`,
  }), true);
  assert.equal(await call('delPhoneFromAddressBookGroup', { idPhones: [copies[3].id] }), true);
  assert.equal((await call('getPhoneFromAddressBook', {
    idAddressBook: clone.idAddressBook,
  })).length, 1);
  assert.equal(await call('delPhoneFromAddressBook', { idAddressBook: clone.idAddressBook }), true);
  await refused('224', 'getPhoneFromAddressBook', { idAddressBook: clone.idAddressBook });
  await refused('226', 'delPhoneFromAddressBook', { idPhone: copies[0].id });
  return listed[4];
}

async function exceptions(book, unwanted) {
  await refused('256', 'getException', {});
  const exception = await call('addPhoneToExceptions', { idPhone: unwanted.id, reason: 'asked' });
  assert.ok(Number.isInteger(exception));
  const other = await call('addPhoneToExceptions', { phone: '380509990011', reason: 'wrote' });
  await refused('233', 'addPhoneToExceptions', { phone: '380509990011' });
  await refused('237', 'addPhoneToExceptions', { idPhone: 999999 });

  assert.equal(await call('editExceptions', { idException: other, reason: 'wrote twice' }), true);
  await refused('245', 'editExceptions', { idException: 999999, reason: 'x' });
  const { added, ...one } = await call('getException', { idException: other });
  assert.match(added, DATE);
  assert.deepEqual(one, { id: other, phone: '380509990011', comment: 'wrote twice' });
  assert.equal((await call('getException', { phone: unwanted.phone })).id, exception);
  const ofBook = await call('getException', { idAddressBook: book });
  assert.deepEqual(ofBook.map(({ id }) => id), [String(exception)]);
  assert.equal((await call('getException', {})).length, 2);

  const searchFields = JSON.stringify({ descr: { operation: 'like', value: '%TWICE' } });
  const found = await call('searchPhonesInExceptions', { searchFields });
  assert.deepEqual(found.map(({ id }) => id), [String(other)]);

  assert.equal(await call('delPhoneFromExceptions', { idException: other }), true);
  await refused('243', 'delPhoneFromExceptions', { idException: other });
  await refused('238', 'delPhoneFromExceptions', { phone: '380509990011' });
  assert.equal((await call('getAddressBook', { idAddressBook: book })).exceptions, 1);
}

async function money() {
  assert.deepEqual(await call('getUserBalance', {}), { currency: 'UAH', balance_currency: 1000 });
  assert.deepEqual(await call('getUserBalance', { currency: 'USD' }), {
    currency: 'USD', balance_currency: 25,
  });
  await refused('-4', 'getUserBalance', { currency: 'XXX' });
}

async function senders() {
  const description = Buffer.from('a bakery').toString('base64');
  const sender = await call('registerSenderName', {
    name: 'Bakery', country: 'UA', description, siteUrl: 'bakery.example',
  });
  assert.deepEqual(Object.keys(sender), ['name_id', 'status']);
  assert.equal(sender.status, 1);
  await refused('259', 'registerSenderName', { name: 'Bakery', country: 'UA' });
  await refused('260', 'registerSenderName', { name: 'TwelveLetter', country: 'UA' });
  await refused('261', 'registerSenderName', { name: 'Bakery', country: 'ZZ' });
  const one = { id: sender.name_id, name: 'Bakery', status: '1', country: 'UA' };
  assert.deepEqual(await call('getSenderStatus', { idName: sender.name_id }), one);
  assert.deepEqual(await call('getSenderStatus', { name: 'Bakery', country: 'ua' }), one);
  await refused('264', 'getSenderStatus', { idName: 999999 });
  await refused('265', 'getSenderStatus', { name: 'Nobody' });
}

async function campaigns(book) {
  await refused('350', 'getCampaignList', {});
  const terms = { sender: 'Bakery', text: 'Hello %1%', list_id: book };
  // Four of the book's five phones are no exceptions.
  assert.equal(await call('checkCampaignPrice', terms), 0.52);
  await refused('372', 'checkCampaignPrice', { ...terms, list_id: 999999 });
  const campaign = await call('createCampaign', terms);
  assert.deepEqual(campaign, { id: campaign.id, price: 0.52 });
  await refused('302', 'createCampaign', { ...terms, list_id: 999999 });
  await refused('305', 'createCampaign', { ...terms, text: 'x'.repeat(1500), list_id: await rich() });

  const ended = await until('getCampaignInfo', { id: campaign.id }, (info) => info.delivered === 4);
  assert.deepEqual(ended, { sent: 4, delivered: 4, not_delivered: 0, price: 0.52, status: 3 });
  await refused('310', 'getCampaignInfo', { id: 999999 });

  const single = await call('sendSMS', { sender: 'Bakery', text: 'Hi', phone: '380501234567' });
  assert.equal(single.price, 0.13);
  await refused('303', 'sendSMS', { sender: 'Bakery', text: 'Hi', phone: 'nobody' });
  const rows = [['380501234567', 'Anna'], ['380501230001']];
  const group = { sender: 'Bakery', text: 'Hi %1%', phones: JSON.stringify(rows) };
  const price = { price: 0.26, currency: 'UAH' };
  assert.deepEqual(await call('checkCampaignPriceGroup', group), price);
  const { id, ...sent } = await call('sendSMSGroup', group);
  assert.deepEqual(sent, price);
  const asArray = await call('sendSMSGroup', { ...group, phones: rows });
  assert.deepEqual(asArray, { id: asArray.id, ...price });

  await until('getCampaignInfo', { id }, (info) => info.delivered + info.not_delivered === 2);
  const stats = await call('getCampaignDeliveryStats', { id });
  assert.deepEqual(stats.phone, ['380501234567', '380501230001']);
  assert.deepEqual(stats.status, ['DELIVERED', 'NOT_DELIVERED']);
  [...stats.sentdate, ...stats.donedate].forEach((date) => assert.match(date, DATE));
  await refused('320', 'getCampaignDeliveryStats', { id: 999999 });
  await refused('322', 'getCampaignDeliveryStats', { id, datefrom: '2099-01-01 00:00:00' });
  const ofTwo = await call('getCampaignDeliveryStatsGroup', { id: `${campaign.id},${id}` });
  assert.deepEqual(ofTwo.id, [campaign.id, campaign.id, campaign.id, campaign.id, id, id]);
  const tasks = await call('getTaskInfo', { taskIds: `${id}` });
  assert.deepEqual(
    tasks.map(({ phone, price: cost, parts, variable }) => [phone, cost, parts, variable]),
    [['380501234567', 0.13, '1', 'Anna'], ['380501230001', 0.13, '1', '']],
  );

  const later = await call('sendSMS', {
    sender: 'Bakery', text: 'Later', phone: '380501234567', datetime: '2099-01-01 00:00:00',
  });
  assert.equal((await call('getCampaignInfo', { id: later.id })).status, 9);
  assert.equal(await call('cancelCampaign', { id: later.id }), 1);
  await refused('332', 'cancelCampaign', { id });
  await refused('330', 'cancelCampaign', { id: 999999 });
  assert.equal(await call('deleteCampaign', { id: later.id }), 1);
  await refused('341', 'deleteCampaign', { id: later.id });
  await refused('311', 'getCampaignInfo', { id: later.id });
  const list = await call('getCampaignList', {});
  assert.deepEqual(Object.keys(list), ['id', 'from', 'body', 'status']);
  assert.deepEqual(list.id, [campaign.id, single.id, id, asArray.id].map(String));
}

// A book so large that no campaign to it with a long text can be paid for.
async function rich() {
  const book = await call('addAddressBook', { name: 'Everybody' });
  const data = Array.from({ length: 1000 }, (_, number) => [`38066${1000000 + number}`]);
  await call('addPhoneToAddressBook', { idAddressBook: book, data: JSON.stringify(data) });
  return book;
}

async function main() {
  const book = await addressBooks();
  const last = await phones(book);
  await exceptions(book, last);
  await money();
  await senders();
  await campaigns(book);
  assert.deepEqual([...called].sort(), Object.keys(methods).sort());
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

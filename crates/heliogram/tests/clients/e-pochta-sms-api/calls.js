// Makes every call that the library e-pochta-sms-api 0.0.3 has, and checks what its callers get.
//
// The library takes the address of the service. It makes objects of a table's rows, with their number as `total`, and rejects
// with the provider's error as it came.

'use strict';

const assert = require('node:assert/strict');
const { SMSAPI, Addressbook, Stat } = require('e-pochta-sms-api');

const url = `${process.env.HELIOGRAM_URL}/api/sms/`;
const keys = { publicKey: 'dev-public', privateKey: 'dev-private' };
const called = new Set();

// The calls of one of the library's classes; each notes that it was made.
function noting(Calls, gateway) {
  return new Proxy(new Calls(gateway), {
    get(calls, name) {
      called.add(`${Calls.name}.${name}`);
      return calls[name].bind(calls);
    },
  });
}

function namesOf(Calls) {
  const names = Object.getOwnPropertyNames(Calls.prototype);
  return names.filter((name) => name !== 'constructor').map((name) => `${Calls.name}.${name}`);
}

async function refused(code, answer) {
  await assert.rejects(answer, (error) => {
    assert.deepEqual(Object.keys(error), ['error', 'code', 'result']);
    assert.equal(error.code, code);
    assert.equal(error.result, 'false');
    return true;
  });
}

async function addressBooks(books) {
  const { addressbook_id: book } = await books.addAddressbook({ name: 'Клиенты' });
  assert.ok(Number.isInteger(book));
  assert.deepEqual(await books.editAddressbook({
    idAddressBook: book, newName: 'Customers', newDescr: 'of the shop',
  }), { successful: true });
  const one = await books.getAddressbook({ idAddressBook: book });
  assert.deepEqual([one.name, one.description, one.phones], ['Customers', 'of the shop', 0]);

  const { addressbook_id: other } = await books.addAddressbook({ name: 'Others', description: 'x' });
  const page = await books.getAddressbook({ from: 0, offset: 1 });
  assert.deepEqual(page.map(({ id, name }) => [id, name]), [[String(book), 'Customers']]);
  assert.equal(page.total, 2);
  const searchFields = JSON.stringify({ name: { operation: 'like', value: 'OTH%' } });
  const found = await books.searchAddressBook({ searchFields });
  assert.deepEqual(found.map(({ id }) => id), [String(other)]);
  assert.deepEqual(await books.delAddressbook({ idAddressBook: other }), { successful: true });
  await refused('202', books.delAddressbook({ idAddressBook: other }));
  return book;
}

async function phones(books, book) {
  const { phone_id: phone } = await books.addPhoneToAddressBook({
    idAddressBook: book, phone: 380501234567, variables: 'Anna',
  });
  await refused('211', books.addPhoneToAddressBook({ idAddressBook: book, phone: 380501234567 }));
  const successful = { successful: true };
  assert.deepEqual(await books.addPhonesToAddressBook({
    idAddressBook: book, data: JSON.stringify([['380631112233', 'Olha'], ['380671112233']]),
  }), successful);
  // An array is written as PHP would, and signed as the word "Array".
  assert.deepEqual(await books.addPhonesToAddressBook({
    idAddressBook: book, data: [['380931112233', 'Ivan'], ['380931112244', undefined]],
  }), successful);

  const one = await books.getPhoneFromAddressBook({ idPhone: phone });
  assert.deepEqual([one.addressbook, one.normalphone], [book, '380501234567']);
  const listed = await books.getPhoneFromAddressBook({ idAddressBook: book, from: 1, offset: 3 });
  assert.deepEqual([listed.length, listed.total], [3, 5]);
  const searchFields = JSON.stringify({ phone: { operation: 'like', value: '38063%' } });
  const found = await books.searchPhones({ searchFields, from: 0, offset: 10 });
  assert.deepEqual(found.map((row) => row.variables), ['Olha']);

  // The library's editPhone adds: without a book there is nowhere to add to, with one it makes another phone.
  await refused('218', books.editPhone({ idPhone: phone, phone: '380507654321', variables: 'x' }));
  const added = await books.editPhone({
    idAddressBook: book, idPhone: phone, phone: '380507654321', variables: 'x',
  });
  assert.notEqual(added.phone_id, phone);

  const clone = await books.cloneaddressbook({ idAddressBook: book });
  assert.equal(clone.successful, true);
  const copies = await books.getPhoneFromAddressBook({ idAddressBook: clone.idAddressBook });
  assert.equal(copies.length, 6);
  assert.deepEqual(await books.delPhoneFromAddressBook({
    idAddressBook: clone.idAddressBook, idPhone: copies[0].id,
  }), successful);
  assert.deepEqual(await books.delphonefromaddressbookgroup({
    idPhones: [copies[1].id, copies[2].id],
  }), successful);
  assert.equal((await books.getPhoneFromAddressBook({
    idAddressBook: clone.idAddressBook,
  })).length, 3);
}

async function campaigns(stat, book) {
  const campaign = await stat.createCampaign({
    sender: 'Shop', text: 'Hello %1%', list_id: book, datetime: '', sms_lifetime: 0,
  });
  assert.deepEqual(campaign, { id: campaign.id, price: 0.78 });
  await refused('302', stat.createCampaign({ sender: 'Shop', text: 'Hello', list_id: 999999 }));
  const inParts = await stat.createCampaign({
    sender: 'Shop', text: 'Hello', list_id: book, datetime: '2099-01-01 00:00:00', batch: 2,
    batchinterval: 10, control_phone: 380501112233,
  });
  assert.equal(inParts.price, 0.78);

  const single = await stat.sendSMS({
    sender: 'Shop', text: 'Привет!', phone: '380501234567', datetime: undefined, sms_lifetime: 0,
  });
  assert.equal(single.price, 0.13);
  await refused('300', stat.sendSMS({ sender: '', text: 'Hi', phone: '380501234567' }));
  const phones = JSON.stringify([['380501234567', 'Anna'], ['380507654321', 'Olha']]);
  const group = await stat.sendSMSGroup({ sender: 'Shop', text: 'Hi %1%', phones });
  assert.deepEqual(group, { id: group.id, price: 0.26, currency: 'UAH' });
  const flat = await stat.sendSMSGroup({
    sender: 'Shop', text: 'Hi', phones: [380501234567, 380507654321],
  });
  assert.deepEqual(flat, { id: flat.id, price: 0.26, currency: 'UAH' });
}

async function main() {
  const gateway = new SMSAPI({ ...keys, url });
  const books = noting(Addressbook, gateway);
  const stat = noting(Stat, gateway);
  const book = await addressBooks(books);
  await phones(books, book);
  await campaigns(stat, book);
  assert.deepEqual([...called].sort(), [...namesOf(Addressbook), ...namesOf(Stat)].sort());

  // The library's own way to any other call; its test mode says so with a parameter that the provider does not know.
  const balance = await gateway.send('getUserBalance', { currency: 'EUR' });
  assert.equal(balance.currency, 'EUR');
  const testing = new SMSAPI({ ...keys, url, testMode: true });
  assert.ok((await testing.send('getUserBalance', {})).balance_currency > 0);
  const stranger = new SMSAPI({ ...keys, privateKey: 'guessed', url });
  await refused('-1', stranger.send('getUserBalance', {}));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

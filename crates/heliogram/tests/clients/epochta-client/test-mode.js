// Makes calls in the test mode of the library epochta-client 0.0.1, which puts `test=1` into every call and calls any method.

'use strict';

const assert = require('node:assert/strict');
const APIClient = require('epochta-client');

const client = new APIClient({ publicKey: 'dev-public', privateKey: 'dev-private' }, true);

async function main() {
  const before = await client.getUserBalance({});
  // Only sending heeds the test: a book is a book.
  const book = await client.addAddressBook({ name: 'Clients' });
  assert.equal(await client.editAddressBook({
    idAddressBook: book, newName: 'Customers', newDescr: 'of the shop',
  }), true);
  assert.equal((await client.getAddressBook({ idAddressBook: book })).name, 'Customers');
  const variable = await client.addAddressBookVariable({
    idAddressBook: book, varType: 'string', varName: 'Name',
  });
  assert.ok(Number.isInteger(variable));
  await client.addPhoneToAddressBook({ idAddressBook: book, phone: '380501234567', variables: 'Anna' });

  const sent = await client.createCampaign({ sender: 'Shop', text: 'Hello %Name%', list_id: book });
  assert.equal(sent.price, 0.13);
  const state = await client.getCampaignInfo({ id: sent.id });
  assert.deepEqual(state, { sent: 0, delivered: 0, not_delivered: 0, price: 0.13, status: 0 });
  assert.deepEqual(await client.getUserBalance({}), before);

  await assert.rejects(client.makeTea({ sugar: 2 }), (error) => error.errCode === '-2');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

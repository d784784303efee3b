// Binds with smpp 0.5.1 as programs do: every request that a customer's program may make, and what it gets.
'use strict';
const assert = require('assert');
const http = require('http');
const smpp = require('smpp');

const [host, port] = process.env.HELIOGRAM_SMPP.split(':');
const url = process.env.HELIOGRAM_URL;

const get = (path, form) => new Promise((done, failed) => {
  const options = form ? { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {};
  const request = http.request(url + path, options, (answer) => {
    let text = '';
    answer.on('data', (piece) => { text += piece; });
    answer.on('end', () => done(text));
  });
  request.on('error', failed);
  request.end(form ? new URLSearchParams(form).toString() : undefined);
});

const texts = async (number) => {
  const messages = JSON.parse(await get(`/dev/messages?to=${number}&wait=10s`));
  return messages.map((message) => message.text);
};

class Program {
  constructor() {
    this.heard = [];
    this.session = smpp.connect({ host, port: Number(port) });
    this.session.on('error', (error) => { throw error; });
    this.session.on('enquire_link', (pdu) => this.session.send(pdu.response()));
    this.session.on('deliver_sm', (pdu) => {
      this.heard.push(pdu);
      this.session.send(pdu.response());
    });
  }

  ask(command, fields) {
    return new Promise((done) => this.session[command](fields, done));
  }

  async bind(mode, password = 'dev') {
    await new Promise((done) => this.session.on('connect', done));
    return (await this.ask(`bind_${mode}`, { system_id: 'dev', password })).command_status;
  }

  async submitted(fields, command = 'submit_sm') {
    const answer = await this.ask(command, { source_addr: 'Heliogram', source_addr_ton: 5, ...fields });
    assert.strictEqual(answer.command_status, smpp.ESME_ROK, `${command}: ${answer.command_status}`);
    assert.match(answer.message_id, /^\d+$/);
    return answer.message_id;
  }

  // Waits for a deliver_sm that fits; each is told once.
  async told(fits) {
    for (let waited = 0; waited < 300; waited += 1) {
      const place = this.heard.findIndex(fits);
      if (place >= 0) return this.heard.splice(place, 1)[0];
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`nothing fits ${fits} among ${JSON.stringify(this.heard)}`);
  }

  receipt(id, state) {
    return this.told((pdu) => pdu.receipted_message_id === id && pdu.message_state === state);
  }
}

const DELIVERED = 2;
const DELETED = 4;
const ENROUTE = 1;

(async () => {
  const stranger = new Program();
  assert.strictEqual(await stranger.bind('transceiver', 'wrong'), smpp.ESME_RINVPASWD);
  stranger.session.destroy();

  const program = new Program();
  assert.strictEqual(await program.bind('transceiver'), smpp.ESME_ROK);
  assert.strictEqual((await program.ask('enquire_link', {})).command_status, smpp.ESME_ROK);

  // submit_sm in the three alphabets that the library chooses by itself; it calls GSM 03.38 1.
  for (const [number, text] of [['380501240000', 'Hello @ [all]'], ['380501240010', 'ÀÂÊÔ'], ['380501240011', 'Привіт 🙂']]) {
    const id = await program.submitted({ destination_addr: number, short_message: text, registered_delivery: 1 });
    const receipt = await program.receipt(id, DELIVERED);
    assert.strictEqual(receipt.source_addr, number);
    assert.strictEqual(receipt.destination_addr, 'Heliogram');
    assert.ok(receipt.short_message.message.startsWith(`id:${id} sub:001 dlvrd:001 submit date:`), receipt.short_message.message);
    assert.deepStrictEqual(await texts(number), [text]);
  }

  // An intermediate notice comes before the receipt.
  const noticed = await program.submitted({ destination_addr: '380501240012', short_message: 'Hello', registered_delivery: 0x11 });
  await program.receipt(noticed, ENROUTE);
  await program.receipt(noticed, DELIVERED);

  // A long text in parts with a UDH of ours, and one as payload.
  const long = 'A long text, cut by the program. '.repeat(10);
  const ids = [];
  for (let part = 0; part * 150 < long.length; part += 1) {
    const total = Math.ceil(long.length / 150);
    const udh = Buffer.from([0x06, 0x08, 0x04, 0x12, 0x34, total, part + 1]);
    const message = long.slice(part * 150, (part + 1) * 150);
    ids.push(await program.submitted({ destination_addr: '380501240013', short_message: { udh, message }, registered_delivery: 1 }));
  }
  for (const id of ids) await program.receipt(id, DELIVERED);
  assert.deepStrictEqual(await texts('380501240013'), [long]);
  await program.submitted({ destination_addr: '380501240014', message_payload: long });
  assert.deepStrictEqual(await texts('380501240014'), [long]);

  // data_sm.
  const data = await program.submitted({ destination_addr: '380501240015', message_payload: 'By data_sm', registered_delivery: 1 }, 'data_sm');
  await program.receipt(data, DELIVERED);
  assert.deepStrictEqual(await texts('380501240015'), ['By data_sm']);

  // submit_multi: a number that is none is told; the others have one id, and each its receipt.
  const destinations = ['380501240016', '380501240017', 'nobody'].map((number) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number }));
  const several = await program.ask('submit_multi', {
    source_addr: 'Heliogram', source_addr_ton: 5, dest_address: destinations, short_message: 'To several', registered_delivery: 1,
  });
  assert.strictEqual(several.command_status, smpp.ESME_ROK);
  assert.deepStrictEqual(several.unsuccess_sme.map((it) => [it.destination_addr, it.error_status_code]), [['nobody', smpp.ESME_RINVDSTADR]]);
  for (const number of ['380501240016', '380501240017']) {
    await program.told((pdu) => pdu.receipted_message_id === several.message_id && pdu.source_addr === number);
    assert.deepStrictEqual(await texts(number), ['To several']);
  }

  // query_sm, replace_sm and cancel_sm of what waits for its time.
  const inAnHour = '000000010000000R';
  const source = { source_addr: 'Heliogram', source_addr_ton: 5 };
  const waiting = await program.submitted({
    destination_addr: '380501240018', short_message: 'Later', schedule_delivery_time: inAnHour, registered_delivery: 1,
  });
  const state = await program.ask('query_sm', { message_id: waiting, ...source });
  assert.strictEqual(state.command_status, smpp.ESME_ROK);
  assert.ok([0, ENROUTE].includes(state.message_state), state.message_state);
  const replaced = await program.ask('replace_sm', { message_id: waiting, ...source, short_message: 'Later, and better', registered_delivery: 1 });
  assert.strictEqual(replaced.command_status, smpp.ESME_ROK);
  const cancelled = await program.ask('cancel_sm', { message_id: waiting, ...source, destination_addr: '380501240018' });
  assert.strictEqual(cancelled.command_status, smpp.ESME_ROK);
  await program.receipt(waiting, DELETED);
  const again = await program.ask('cancel_sm', { message_id: data, ...source, destination_addr: '380501240015' });
  assert.strictEqual(again.command_status, smpp.ESME_RCANCELFAIL);
  const unknown = await program.ask('query_sm', { message_id: '999999999', ...source });
  assert.strictEqual(unknown.command_status, smpp.ESME_RINVMSGID);

  // A message from a handset.
  await get('/dev/messages', { from: '380671234567', to: '380441234567', text: 'Привіт' });
  const said = await program.told((pdu) => pdu.source_addr === '380671234567');
  assert.strictEqual(said.short_message.message, 'Привіт');
  assert.strictEqual(said.esm_class & 0x3c, 0);

  assert.strictEqual((await program.ask('unbind', {})).command_status, smpp.ESME_ROK);
  program.session.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});

// An operator made with smpp 0.5.1: the gateway binds to it. It answers with hexadecimal ids and reports with decimal ones, reports
// before it answers, twice, and without a flag; says something of its own; and prints a line of JSON for each thing that happens.
'use strict';
const smpp = require('smpp');

const told = (what) => console.log(JSON.stringify(what));
let next = 0xab_cdef01;

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  for (const mode of ['transceiver', 'transmitter', 'receiver']) {
    session.on(`bind_${mode}`, (pdu) => {
      const right = pdu.system_id === 'heliogram' && pdu.password === 'secret';
      session.send(pdu.response({ command_status: right ? 0 : smpp.ESME_RINVPASWD, system_id: 'node' }));
      told({ bind: mode, right });
      if (mode === 'transceiver') {
        session.deliver_sm({ source_addr: '380671234567', destination_addr: '380441234567', short_message: 'Зі станції' }, (answer) => {
          told({ said: answer.command_status });
        });
      }
    });
  }
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on('submit_sm', (pdu) => {
    const id = next;
    next += 1;
    const answer = () => session.send(pdu.response({ message_id: id.toString(16).toUpperCase().padStart(10, '0') }));
    const report = (flagged) => {
      const text = `id:${id} sub:001 dlvrd:001 submit date:2611220000 done date:2611220000 stat:DELIVRD err:000 text:`;
      session.deliver_sm({
        source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: flagged ? 4 : 0, short_message: Buffer.from(text, 'ascii'),
      }, (told_it) => told({ reported: pdu.destination_addr, status: told_it.command_status }));
    };
    told({ submitted: pdu.destination_addr, text: pdu.short_message.message.toString() });
    switch (id % 4) {
      case 0: report(true); answer(); break;
      case 1: answer(); report(false); break;
      case 2: answer(); report(true); report(true); break;
      default: answer(); setTimeout(() => report(true), 300);
    }
  });
});
server.listen(0, '127.0.0.1', () => told({ port: server.address().port }));

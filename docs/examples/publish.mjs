// npm install mqtt protobufjs; node docs/examples/publish.mjs TOKEN [PORT]
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import protobuf from 'protobufjs';

const [password, port = '1883'] = process.argv.slice(2);
const proto = await protobuf.load(fileURLToPath(new URL('../../core/proto/vitals.proto', import.meta.url)));
const Reading = proto.lookupType('vitalwire.v1.Reading');

const bootId = Math.floor(Math.random() * 2 ** 32);
const device = { deviceId: 'MON-1', patientId: 'P1', region: 'Northeast', bootId };
const vitals = { heartbeat: 72, oxygenSaturation: 98, respiratoryRate: 16 };
const reading = Reading.encode({
  ...device,
  sequence: 1,
  measuredAtMs: new Date().getTime(),
  ...vitals,
}).finish();
const identity = { clientId: 'MON-1', username: 'MON-1', password };
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, identity);
await client.publishAsync('vitals/v1/Northeast/MON-1/readings', reading, { qos: 1 });
console.log('acknowledged: the reading is durable');
await client.endAsync();

// MQTT.js knows nothing of DPS: this is the least that a program around it has to do for one good run.

import { createHmac } from 'node:crypto';
import { connect } from 'mqtt';
import type { Door } from './emulator.ts';

const { endpoint, idScope, registrationId, key } = JSON.parse(process.argv[2]!) as Door;
const [host, port] = endpoint.split(':');
const resource = encodeURIComponent(`${idScope}/registrations/${registrationId}`);
const expiry = Math.floor(Date.now() / 1000) + 3600;
const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');

const client = connect({
  protocol: 'mqtts',
  host: host!,
  port: Number(port),
  clientId: registrationId,
  username: `${idScope}/registrations/${registrationId}/api-version=2019-03-31`,
  password: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=registration`,
  reconnectPeriod: 0,
});
client.on('connect', () => {
  client.subscribe('$dps/registrations/res/#', { qos: 1 }, () => {
    const payload = JSON.stringify({ registrationId });
    client.publish('$dps/registrations/PUT/iotdps-register/?$rid=1', payload, { qos: 1 });
  });
});
client.on('message', (_topic, payload) => {
  const { registrationState } = JSON.parse(payload.toString()) as { registrationState?: { assignedHub?: string } };
  process.exit(registrationState?.assignedHub ? 0 : 1);
});
client.on('error', (error) => {
  throw error;
});

// A DPS device made of mqtt.js and five topics. docs/emulator.md prints this recipe.
import { createHmac } from 'node:crypto';
import mqtt from 'mqtt';

/** Resolves with { statusCode, body } of the last answer; rejects when CONNECT is refused or nothing comes. */
export async function provision({ url, ca, idScope, registrationId, key, cert, certKey }) {
  const resource = encodeURIComponent(`${idScope}/registrations/${registrationId}`);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature =
    key && createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    clientId: registrationId,
    username: `${idScope}/registrations/${registrationId}/api-version=2019-03-31`,
    ...(key && {
      password: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=registration`,
    }),
    ca,
    cert,
    key: certKey,
    reconnectPeriod: 0,
  });
  try {
    return await new Promise((resolve, reject) => {
      let requestId = 1;
      const ask = (topic) => client.publish(`$dps/registrations/${topic}`, '', { qos: 1 });
      client.on('error', reject);
      client.on('close', () => reject(new Error('the connection was closed')));
      client.on('connect', () => {
        client.subscribe('$dps/registrations/res/#', { qos: 1 }, (error) => {
          if (error) reject(error);
          else ask(`PUT/iotdps-register/?$rid=${requestId}`);
        });
      });
      client.on('message', (topic, payload) => {
        const [, statusCode, query] = /^\$dps\/registrations\/res\/(\d+)\/\?(.*)$/.exec(topic);
        const body = JSON.parse(payload);
        const retryAfter = Number(/retry-after=(\d+)/i.exec(query)?.[1] ?? 2);
        const again = body.operationId
          ? `GET/iotdps-get-operationstatus/?$rid=${++requestId}&operationId=${body.operationId}`
          : `PUT/iotdps-register/?$rid=${++requestId}`;
        if (statusCode === '202' || statusCode === '429') setTimeout(() => ask(again), retryAfter * 1000);
        else resolve({ statusCode: Number(statusCode), body });
      });
    });
  } finally {
    client.removeAllListeners('close');
    client.end(true);
  }
}

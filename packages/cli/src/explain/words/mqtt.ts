import type { Words } from '../explanation.ts';

/** Errors in the words of MQTT.js, Paho, mosquitto, MQTTnet, HiveMQ, ESP-IDF, PubSubClient, rumqttc and the clients of AWS. */
export const MQTT_WORDS: Words = [
  // CONNACK. User name and password are looked for before "not authorized", which is connack-5.
  [/bad user ?name,? (?:or |and )?password|bad credentials|bad (?:username|user name)\b|\bbad cred\b/i, 'connack-4'],
  [/malformed (?:user ?name|password)/i, 'connack-4'],
  [
    /identifier rejected|client ?id(?:entifier)? (?:is )?(?:not valid|rejected|invalid)|invalid client ?id|refused id\b|id rejected|bad client ?id(?:entifier)?\b/i,
    'connack-2',
  ],
  [
    /unacceptable protocol|(?:unsupported|rejected|refused) protocol(?: version)?|protocol version (?:is )?not supported by the (?:server|broker)|refuse protocol\b/i,
    'connack-1',
  ],
  [/(?:server|broker|service) (?:is )?(?:un|not )available|refused server unavail/i, 'connack-3'],
  [/not[ _]?authori[sz]ed|mqtt (?:connect )?unauthori[sz]ed|mqtt err auth\b/i, 'connack-5'],
  [
    /(?:\bsub|all subscription)[\w ]{0,30} (?:error|request(?:s were)? denied|rejected)|unable to subscribe|denied subscribe|unspecified error[\s\S]{0,400}code: 128\b/i,
    'subscribe-refused',
  ],
  [/denied publish/i, 'connack-5'],
  // The connection
  [
    /connack timeout|timed out waiting for (?:a )?connack|keep ?alive timeout|no ping ?resp|ping ?resp(?:onse)?\W+(?:was )?not received|ping ?resp timeout|pingreq isn.?t acked/i,
    'connection-lost',
  ],
  [/(?:pub|sub|unsub)ack timeout|timed out (?:as no activity|waiting for a response from the server)/i, 'timed-out'],
  [
    /too many publishes in progress|queue (?:is )?full|outgoing messages are being dropped|max(?:imum)? in ?flight|mqtt err queue size/i,
    'queue-full',
  ],
  [/client (?:is )?(?:currently )?disconnecting|client is closed|already disconnected/i, 'closed'],
  [
    /session (?:has been )?taken over|session ?takenover|duplicate client ?id|already connected, closing old connection/i,
    'taken-over',
  ],
  [
    /mqtt err (?:no conn|conn lost|keepalive)|connection (?:was )?lost|client is not (?:currently )?connected|mqtt(?:async|client) disconnected|socket error on client|bad socket read|closed its connection/i,
    'connection-lost',
  ],
  [/mqtt err conn refused|the connection was refused/i, 'connection-refused'],
  [/mqtt err tls|a tls error occurred/i, 'tls-failed'],
  [
    /mqtt err payload size|packet (?:size )?(?:is )?too large|(?:payload|message) (?:is )?too (?:large|big)|max payload size exceeded/i,
    'packet-too-large',
  ],
  [/mqtt err inval\b/i, 'invalid-options'],
  // What is wrong with a packet
  [
    /invalid topic|topic (?:name )?(?:is )?invalid|topic filter invalid|invalid subscription filter|topic cannot contain wildcards|topic too long/i,
    'bad-topic',
  ],
  [/invalid qos|qos not supported/i, 'bad-qos'],
  [/missing client ?id|client ?id must be (?:provided|given|set)|non 0 length client id/i, 'bad-client-id'],
  [/(?:invalid )?header flag bits/i, 'bad-flags'],
  [/(?:cannot parse|invalid) protocol ?(?:id|name|version|".{0,40}" in CONNECT)/i, 'bad-protocol'],
  [/malformed (?:remaining length|variable byte)/i, 'malformed-length'],
  [/mqtt err (?:protocol|malformed)|protocol error|malformed packet|aws error mqtt protocol/i, 'protocol-violation'],
  [
    /mqtt unexpected hangup|connection ?aborted|unexpected disconnect|disconnected from broker|server closed connection|client disconnected exception|connection closed(?! by)|AMQJS000[78]|ping timed out|exceeded timeout, disconnecting/i,
    'connection-lost',
  ],
  [/aws error mqtt timeout/i, 'timed-out'],
  [/connection failed to broker|failed to connect to (?:mqtt )?broker/i, 'connect-failed'],
];

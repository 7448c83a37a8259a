import { randomBytes } from 'node:crypto';
import type { ConnectOptions, MqttTlsOptions } from '@mote/client';
import { wholeNumber } from '../arguments.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { credentials } from '../flags/device.ts';
import { flagFile } from '../flags/flag-file.ts';
import { authorities, passphrase } from '../flags/flag-values.ts';
import { shown } from '../shown.ts';
import { urlOf } from './server-url.ts';

const TRANSPORTS = ['tls', 'websocket', 'tcp', 'auto'] as const;
/** Prefixes of HOST that other tools take, such as `mqtts://`, with our transport for each. */
const SCHEMES: Readonly<Record<string, (typeof TRANSPORTS)[number]>> = {
  mqtts: 'tls',
  ssl: 'tls',
  wss: 'websocket',
  mqtt: 'tcp',
  tcp: 'tcp',
};

/** The flags for the server and for our identity there. Their names are those of mosquitto_pub and mosquitto_sub. */
export const MQTT_FLAGS: readonly Flag[] = [
  { name: 'id', short: 'i', value: 'ID', summary: 'client identifier; default mote- and some random letters' },
  { name: 'id-prefix', short: 'I', value: 'TEXT', summary: 'client identifier of this and some random letters' },
  {
    name: 'url',
    short: 'L',
    value: 'URL',
    summary: 'server, user and topic in one: mqtts://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC',
    secret: (url) => /^[^/]*\/\/[^/@]*:[^/]*@/.test(url),
  },
  { name: 'username', short: 'u', value: 'NAME', summary: 'user name' },
  {
    name: 'pw',
    short: 'P',
    value: 'PASSWORD',
    summary: 'password (better from the environment or --pw-file)',
    aliases: ['password'],
    secret: true,
  },
  { name: 'pw-file', value: 'FILE', summary: 'file whose first line is the password', aliases: ['password-file'] },
  { name: 'port', short: 'p', value: 'PORT', summary: '8883 with TLS, 443 with WebSocket, 1883 with TCP by default' },
  {
    name: 'transport',
    value: 'KIND',
    summary: 'tls (the default), websocket, auto, or tcp, which is not encrypted',
    choices: TRANSPORTS,
  },
  { name: 'path', value: 'PATH', summary: 'path of the WebSocket; default /mqtt' },
  {
    name: 'ca',
    value: 'FILE',
    summary: 'PEM of the CA of the server, in place of the public CAs',
    aliases: ['cafile'],
  },
  { name: 'cert', value: 'FILE', summary: 'client certificate: PEM, DER or PKCS #12' },
  { name: 'cert-key', value: 'FILE', summary: 'its private key: PEM or DER', aliases: ['key'] },
  { name: 'passphrase', value: 'TEXT', summary: 'passphrase of an encrypted private key', secret: true },
  { name: 'passphrase-file', value: 'FILE', summary: 'file whose first line is that passphrase' },
  {
    name: 'proxy',
    value: 'URL',
    summary: 'HTTP proxy to tunnel through: http://user:pass@host:port',
    secret: (url) => /^[^/]*\/\/[^/@]*:[^/]*@/.test(url),
  },
  { name: 'keepalive', short: 'k', value: 'SECONDS', summary: 'keep-alive; default 60' },
  {
    name: 'disable-clean-session',
    short: 'c',
    summary: 'let the server keep the session of --id, with its subscriptions and messages',
  },
  {
    name: 'will-topic',
    value: 'TOPIC',
    summary: 'topic of the message that the server sends when this client is lost',
  },
  { name: 'will-payload', value: 'TEXT', summary: 'payload of that message; default empty' },
  { name: 'will-qos', value: '0|1|2', summary: 'QoS of that message', choices: ['0', '1', '2'] },
  { name: 'will-retain', summary: 'the server retains that message' },
  { name: 'timeout', value: 'SECONDS', summary: 'how long to try to connect; default 30' },
  {
    name: 'diagram',
    value: 'FILE',
    summary: 'draw the exchange into FILE: .svg, .mmd (Mermaid) or - for the terminal',
  },
  {
    name: 'trace',
    value: 'FILE',
    summary: 'capture the packets into FILE, the password masked; `mote inspect FILE` reads it',
  },
  {
    name: 'protocol-version',
    short: 'V',
    value: 'VERSION',
    summary: 'mqttv311, the only one that is spoken here',
  },
  { name: 'debug', short: 'd', summary: 'one line on stderr for each packet' },
];

/** The options for `connect`, from the operand, flags and files. Throws UsageError. */
export function connectOptions(invocation: Invocation): ConnectOptions {
  const url = urlOf(invocation);
  const [operand = url?.server] = invocation.operands;
  if (operand === undefined) throw new UsageError('say which server: HOST or HOST:PORT');
  if (url !== undefined && invocation.operands.length > 0) throw new UsageError('--url names the server already');
  checkVersion(invocation.text('protocol-version'));
  const { scheme, host, port } = serverOf(operand);
  const transport = (invocation.text('transport') ?? scheme ?? 'tls') as (typeof TRANSPORTS)[number];
  const userName = invocation.text('username') ?? url?.userName;
  const password = passwordOf(invocation) ?? url?.password;
  if (password !== undefined && userName === undefined) throw new UsageError('--pw needs --username [MQTT-3.1.2-22]');
  const prefix = invocation.text('id-prefix');
  const clientId = invocation.text('id');
  if (prefix !== undefined && clientId !== undefined)
    throw new UsageError('--id and --id-prefix exclude each other: give one');
  const keepsSession = invocation.on('disable-clean-session');
  if (keepsSession && clientId === undefined)
    throw new UsageError('--disable-clean-session needs --id: the server finds the session by it');
  return {
    host,
    port: wholeNumber(invocation, 'port', 1, 65_535) ?? port,
    transport,
    path: invocation.text('path'),
    proxy: invocation.text('proxy'),
    tls: tlsOf(invocation, transport),
    clientId: clientId ?? `${prefix ?? 'mote-'}${randomBytes(6).toString('hex')}`,
    cleanSession: !keepsSession,
    keepAlive: wholeNumber(invocation, 'keepalive', 0, 65_535),
    credentials: { userName, password },
    will: willOf(invocation),
    timeoutMs: (wholeNumber(invocation, 'timeout', 1, 86_400) ?? 30) * 1000,
    // 16 MiB: the most that the subscriptions of a client hold. A larger message could never be delivered; so it ends the connection, with
    // an error that says so.
    maxPacketSize: 16_777_216,
  };
}

/** The value of --qos. */
export function qosOf(invocation: Invocation): 0 | 1 | 2 | undefined {
  const qos = invocation.text('qos');
  return qos === undefined ? undefined : (Number(qos) as 0 | 1 | 2);
}

/** A number of seconds, which may have a fraction. 0 if the flag was not given. Throws UsageError. */
export function secondsOf(invocation: Invocation, name: string, most: number): number {
  const text = invocation.text(name);
  if (text === undefined) return 0;
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value > most)
    throw new UsageError(`--${name} takes seconds up to ${most}, not ${shown(text)}`);
  return value;
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^(?:mqttv?)?(?:3\.?1\.?1|4)$/i.test(version)) return;
  throw new UsageError(`--protocol-version: mqttv311 is the only one that is spoken here, not ${shown(version)}`);
}

/** Splits `[SCHEME://]HOST[:PORT]`. An IPv6 address with a port needs brackets; without a port it may do without. */
function serverOf(operand: string) {
  const [, prefix, rest] = /^(?:([a-z]+):\/\/)?(.*?)\/?$/i.exec(operand)!;
  const scheme = prefix === undefined ? undefined : SCHEMES[prefix.toLowerCase()];
  if (prefix !== undefined && scheme === undefined)
    throw new UsageError(`${prefix}:// is not known here: one of ${Object.keys(SCHEMES).join(', ')}`);
  const [, bracketed, name, digits] =
    /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(rest!) ??
    /^()([\da-f:.]*:[\da-f:.]*:[\da-f:.]*)$/i.exec(rest!) ??
    [];
  const host = bracketed || name;
  const port = digits === undefined ? undefined : Number(digits);
  if (!host || port === 0 || (port ?? 1) > 65_535) throw new UsageError('the server is HOST or HOST:PORT');
  return { scheme, host, port };
}

function passwordOf(invocation: Invocation): string | undefined {
  const path = invocation.text('pw-file');
  const given = invocation.text('pw');
  if (path === undefined || given !== undefined) return given;
  return flagFile('pw-file', path).toString().split(/\r?\n/)[0]!;
}

function tlsOf(invocation: Invocation, transport: string): MqttTlsOptions | undefined {
  const ca = invocation.text('ca');
  const certFile = invocation.text('cert');
  const keyFile = invocation.text('cert-key');
  if (ca === undefined && certFile === undefined && keyFile === undefined) return undefined;
  if (transport === 'tcp') throw new UsageError('--ca, --cert and --cert-key are not for --transport tcp');
  const trusted = ca === undefined ? {} : { ca: authorities(ca) };
  if (certFile === undefined) {
    if (keyFile !== undefined) throw new UsageError('--cert-key needs --cert');
    return trusted;
  }
  const words = passphrase(invocation);
  const { cert, key } = credentials(certFile, keyFile, words);
  return { ...trusted, cert, key, passphrase: words };
}

function willOf(invocation: Invocation): ConnectOptions['will'] {
  const topicName = invocation.text('will-topic');
  const payload = invocation.text('will-payload');
  const qos = invocation.text('will-qos');
  const retain = invocation.on('will-retain');
  if (topicName === undefined) {
    if (payload !== undefined || qos !== undefined || retain) throw new UsageError('--will-topic is missing');
    return undefined;
  }
  return { topicName, payload: payload ?? '', qos: Number(qos ?? 0) as 0 | 1 | 2, retain };
}

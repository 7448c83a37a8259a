import { randomBytes } from 'node:crypto';
import { hubClientId } from '@mote/client/azure';
import type { TrustAnchors } from '../service/credentials/judge-chain.ts';
import type { SymmetricKeys } from '../service/enrollment/enrollment.ts';
import type { HubCredentials } from '../service/hub/hub-device.ts';
import { checkSymmetricKey } from './check-symmetric-key.ts';
import type { Checked } from './checks.ts';

/** A device of the hub that was not made by DPS, in the JSON of `az iot hub device-identity show`. */
export interface HubDeviceIdentity {
  readonly deviceId: string;
  readonly moduleId?: string | null | undefined;
  readonly status?: 'enabled' | 'disabled' | null | undefined;
  /** Default: `sas` with new keys. For `certificateAuthority` the emulator's own device CA is trusted. */
  readonly authentication?:
    | {
        readonly type?: 'sas' | 'selfSigned' | 'certificateAuthority' | null | undefined;
        readonly symmetricKey?: SymmetricKeys | null | undefined;
        readonly x509Thumbprint?:
          | { readonly primaryThumbprint?: string | null; readonly secondaryThumbprint?: string | null }
          | null
          | undefined;
      }
    | null
    | undefined;
  readonly [member: string]: unknown;
}

/** SHA-1 or SHA-256, with or without colons. */
const THUMBPRINT = /^([\da-f]{40}|[\da-f]{64})$/i;
/** The characters of `isHubId`, without `#` and `+`, which are wildcards in a Topic Filter. */
const DEVICE_ID = /^[A-Za-z0-9\-.%_*?!(),:=@$';]{1,128}$/;

/** Checks the member `devices`: ids, status, keys and thumbprints, and that no identity is there twice. */
export function checkHubDevices(list: Checked): void {
  const seen = new Map<string, string>();
  for (const device of list.items()) {
    if (device.object() === undefined) continue;
    const deviceId = device.member('deviceId');
    const moduleId = device.member('moduleId');
    if (typeof deviceId.value === 'string' && (moduleId.isAbsent || typeof moduleId.value === 'string')) {
      const id = identityOf(device.value as HubDeviceIdentity);
      const earlier = seen.get(id);
      if (earlier !== undefined) deviceId.fail(`is the same as ${earlier}.deviceId`);
      seen.set(id, device.path);
    }
    checkId(deviceId);
    if (!moduleId.isAbsent) checkId(moduleId);
    const status = device.member('status');
    if (!status.isAbsent) status.oneOf(['enabled', 'disabled']);
    const authentication = device.member('authentication');
    if (!authentication.isAbsent && authentication.object() !== undefined) checkAuthentication(authentication);
  }
}

function checkId(id: Checked): void {
  const text = id.text() ?? 'x';
  if (/[#+]/.test(text)) id.fail('holds # or +, which no topic may hold: this device cannot use MQTT');
  else if (!DEVICE_ID.test(text)) id.fail("must be 1 to 128 letters, digits and - . % _ * ? ! ( ) , : = @ $ ' ;");
}

function checkAuthentication(authentication: Checked): void {
  const type = authentication.member('type');
  if (!type.isAbsent) type.oneOf(['sas', 'selfSigned', 'certificateAuthority']);
  const keys = authentication.member('symmetricKey');
  if (!keys.isAbsent) keys.object();
  for (const name of ['primaryKey', 'secondaryKey']) {
    const key = keys.member(name);
    if (!key.isAbsent && key.value !== '') checkSymmetricKey(key);
  }
  const prints = authentication.member('x509Thumbprint');
  if (!prints.isAbsent) prints.object();
  const given = ['primaryThumbprint', 'secondaryThumbprint']
    .map((name) => prints.member(name))
    .filter((print) => !print.isAbsent && print.value !== '');
  for (const print of given) {
    const text = print.text();
    if (text !== undefined && !THUMBPRINT.test(text.replaceAll(':', '')))
      print.fail('is no thumbprint: 40 hex digits of SHA-1, or 64 of SHA-256');
  }
  if (given.length === 0 && typeof type.value === 'string' && type.value.toLowerCase() === 'selfsigned')
    authentication.fail('of type selfSigned needs an x509Thumbprint, without which no certificate counts');
}

/** Makes the keys that are missing, unless the device has some from before. `azure.hub.devices` shows them. */
export function credentialsOf(
  { authentication }: HubDeviceIdentity,
  known: HubCredentials | undefined,
  authority: TrustAnchors['authorities'][number] | undefined,
): HubCredentials {
  const { type, symmetricKey, x509Thumbprint } = authentication ?? {};
  const kind = type?.toLowerCase() ?? 'sas';
  if (kind === 'certificateauthority') {
    return { keys: [], thumbprints: [], anchors: authority && { authorities: [authority], thumbprints: [] } };
  }
  if (kind !== 'sas') {
    const thumbprints = [x509Thumbprint?.primaryThumbprint, x509Thumbprint?.secondaryThumbprint]
      .filter((text) => text != null && text !== '')
      .map((text) => String(text).replaceAll(':', '').toLowerCase());
    return { keys: [], thumbprints, anchors: undefined };
  }
  const given = [symmetricKey?.primaryKey, symmetricKey?.secondaryKey].filter((key) => key != null && key !== '');
  const keys = given.map((key) => Buffer.from(String(key), 'base64'));
  if (keys.length > 0) return { keys, thumbprints: [], anchors: undefined };
  const kept = known?.keys ?? [];
  return { keys: kept.length > 0 ? kept : [randomBytes(32), randomBytes(32)], thumbprints: [], anchors: undefined };
}

/** `{deviceId}`, or `{deviceId}/{moduleId}` for a module: the name under which the hub keeps it. */
export const identityOf = ({ deviceId, moduleId }: HubDeviceIdentity): string =>
  hubClientId({ deviceId, moduleId: moduleId ?? undefined });

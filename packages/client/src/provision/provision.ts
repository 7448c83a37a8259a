import { base64Csr } from '../attestation/material/signing-request.ts';
import { readTls } from '../attestation/read-tls.ts';
import type { Assignment } from '../dps/assignment.ts';
import { errorFrom } from '../dps/error.ts';
import { explain } from '../explain/explain.ts';
import { observers } from '../observers.ts';
import { parseProxy } from '../transport/proxy.ts';
import { tlsTransport } from '../transport/tls-transport.ts';
import type { Transport } from '../transport/transport.ts';
import { webSocketTransport } from '../transport/websocket-transport.ts';
import { taken } from '../values.ts';
import { inWords } from '../words.ts';
import type { ProvisionOptions } from './options.ts';
import { provisionOver } from './provision-over.ts';

/**
 * Registers the device with the service and resolves with the hub it was assigned to. Rejects with ProvisioningError or with the
 * reason of `signal`. It always settles by `timeoutMs`, and then leaves no socket, timer or listener behind.
 *
 * @example
 * const { assignedHub, deviceId } = await provision({
 *   idScope: '0ne00ABCDEF',
 *   registrationId: 'sensor-17',
 *   attestation: symmetricKey(key),
 *   transport: 'auto',
 * });
 */
export async function provision(given: ProvisionOptions): Promise<Assignment> {
  const options = taken(given);
  return inWords(options, explain, observers, async (explaining) => {
    const { transport, proxy } = Object(options) as Partial<ProvisionOptions>;
    // A transport of the caller's may know other kinds of proxies.
    if (typeof (transport ?? '') === 'string' && proxy !== undefined) checkProxy(proxy);
    return provisionOver(withReadFiles(options), transportsNamed, explaining);
  });
}

/**
 * The options with CAs as PEM and the request as base64, whatever form they had. Text without a CA or request becomes empty, which is
 * refused later.
 */
function withReadFiles(options: ProvisionOptions): ProvisionOptions {
  const { tls, csr } = options ?? {};
  return tls || csr ? { ...options, tls: readTls(tls), csr: csr && (base64Csr(csr) ?? '') } : options;
}

function transportsNamed({ transport = 'tls' }: { readonly transport?: unknown }): readonly Transport[] {
  if (transport === 'tls') return [tlsTransport];
  if (transport === 'websocket') return [webSocketTransport];
  if (transport === 'auto') return [tlsTransport, webSocketTransport];
  return [transport as Transport];
}

function checkProxy(proxy: string): void {
  try {
    parseProxy(proxy);
  } catch (error) {
    throw errorFrom(error, 'options', false);
  }
}

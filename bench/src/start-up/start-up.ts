import { fileURLToPath } from 'node:url';
import { Progress } from '../report/progress.ts';
import { azureIsInstalled } from '../size/azure-folder.ts';
import { startNeighbour } from './emulator.ts';
import { publishedClient, publishedLean } from './published-client.ts';
import { type Usage, usageOf } from './usage.ts';

export interface StartUpRow {
  readonly what: string;
  /** One per round. */
  readonly usages: Usage[];
}

export interface StartUp {
  readonly imports: readonly StartUpRow[];
  readonly provisions: readonly StartUpRow[];
  readonly azure: boolean;
}

/** The import of all that Microsoft's documentation tells a device to install. Mote's one file has it all, too. */
export const KEY_TO_TELEMETRY = 'Azure SDK, key to telemetry';

const IMPORT_ROUNDS = 61;
const PROVISION_ROUNDS = 21;
const KEY = Buffer.alloc(32, 7).toString('base64');

/** Without the variables that make Node do more at its start, such as reading more CAs, which takes longer than the start itself. */
const plainEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE|SSL)_/.test(name)));

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

export async function measureStartUp(): Promise<StartUp> {
  const azure = azureIsInstalled();
  const imports = [
    importing('bare Node', []),
    importing('node:tls', ['import "node:tls"']),
    importing('@mote/codec', ['import "@mote/codec"']),
    importing('@mote/client', [`import ${JSON.stringify(publishedClient)}`]),
    importing('@mote/client/lean', [`import ${JSON.stringify(publishedLean)}`]),
    importing('mqtt (MQTT.js)', ['import "mqtt"']),
    ...(azure
      ? [
          { what: 'Azure SDK', args: [program('device-azure-sdk')] },
          { what: KEY_TO_TELEMETRY, args: [program('hub-azure-sdk')] },
        ]
      : []),
  ];
  const provisions = [
    { what: 'Mote', args: [program('device-mote')] },
    { what: 'mqtt (MQTT.js), hand-made DPS', args: [program('device-mqtt-js')] },
    ...(azure ? [{ what: 'Azure SDK', args: [program('device-azure-sdk')] }] : []),
  ];
  const progress = new Progress(imports.length * IMPORT_ROUNDS + (1 + provisions.length) * PROVISION_ROUNDS);
  const importRows = await interleaved(imports, IMPORT_ROUNDS, progress, plainEnvironment);

  const registrationId = 'bench-device';
  const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;
  const dps = await startNeighbour({ individualEnrollments: [{ registrationId, attestation }] });
  try {
    const door = JSON.stringify({ endpoint: `localhost:${dps.port}`, idScope: dps.idScope, registrationId, key: KEY });
    const cases = provisions.map(({ what, args }) => ({ what, args: [...args, door] }));
    // The one way to name a CA that all three have.
    const env = { ...plainEnvironment, NODE_EXTRA_CA_CERTS: dps.caFile };
    const bare = importing('bare Node', []);
    return {
      imports: importRows,
      provisions: await interleaved([bare, ...cases], PROVISION_ROUNDS, progress, env),
      azure,
    };
  } finally {
    await dps.close();
  }
}

interface Program {
  readonly what: string;
  readonly args: readonly string[];
}

function importing(what: string, lines: readonly string[]): Program {
  return { what, args: ['--input-type=module', '--eval', lines.join(';')] };
}

/** Round after round, so that what disturbs the machine disturbs all. The first round warms the file cache and is not counted. */
async function interleaved(
  programs: readonly Program[],
  rounds: number,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<StartUpRow[]> {
  const rows = programs.map(({ what, args }) => ({ what, args, usages: [] as Usage[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { what, args, usages } of rows) {
      const usage = await usageOf(args, env);
      if (round === 0) continue;
      usages.push(usage);
      progress.step(`start-up, round ${round}: ${what}`);
    }
  }
  return rows.map(({ what, usages }) => ({ what, usages }));
}

import { groupKey, type ProvisionOptions, symmetricKey, x509 } from '@mote/client';
import type { Emulator, EnrollmentSummary } from '@mote/emulator';

/** A device of the demo: a title to print, and who it is to the client. */
export interface DemoDevice {
  readonly title: string;
  readonly options: Pick<ProvisionOptions, 'registrationId' | 'attestation' | 'transport'>;
}

/** Three devices, for three kinds of enrollment that the emulator has when it is started without a configuration. */
export function devicesOf(azure: Emulator): DemoDevice[] {
  const enrolled = (kind: EnrollmentSummary['kind'], attestation: EnrollmentSummary['attestation']) =>
    azure.enrollments.find((enrollment) => enrollment.kind === kind && enrollment.attestation === attestation)!;
  const keyed = enrolled('individual', 'symmetricKey');
  const registrationId = enrolled('individual', 'x509').registrationId!;
  return [
    {
      title: 'A device with a key of its own, over TLS',
      options: { registrationId: keyed.registrationId!, attestation: symmetricKey(keyed.primaryKey!) },
    },
    {
      title: 'A device whose key is derived from the key of its enrollment group, over TLS',
      options: { registrationId: 'sensor-17', attestation: groupKey(enrolled('group', 'symmetricKey').primaryKey!) },
    },
    {
      title: 'A device with a certificate, over WebSocket',
      options: {
        registrationId,
        attestation: x509(azure.issueDeviceCertificate(registrationId)),
        transport: 'websocket',
      },
    },
  ];
}

import type { StoredDevice } from '../../packages/emulator/src/service/hub/hub-device.ts';
import type { StoredRegistration } from '../../packages/emulator/src/service/registration/registration-store.ts';

/** A registration as a state file keeps it. */
export const storedRegistration = (registrationId: string): StoredRegistration => ({
  record: {
    registrationId,
    createdDateTimeUtc: '2026-01-01T00:00:00.0000000Z',
    assignedHub: 'hub.azure-devices.net',
    deviceId: registrationId,
    status: 'assigned',
    substatus: 'initialAssignment',
    lastUpdatedDateTimeUtc: '2026-01-01T00:00:00.0000000Z',
    etag: 'IjEi',
    enrollmentGroupId: 'plant',
  },
  initialHub: 'hub.azure-devices.net',
});

/** A device as a state file keeps it, with everything that a device may have. */
export const storedDevice = (id: string): StoredDevice => ({
  id,
  hub: 'hub.azure-devices.net',
  status: 'enabled',
  twin: { desired: { a: 1 }, reported: {}, tags: {}, desiredVersion: 2, reportedVersion: 1 },
  subscriptions: [[`devices/${id}/messages/devicebound/#`, 1]],
  queue: [
    {
      messageId: 'm-1',
      body: 'aGVsbG8=',
      properties: { level: 'info', flag: null },
      systemProperties: { '$.mid': 'm-1' },
      ack: 'full',
      expiresAt: 1_800_000_000_000,
    },
  ],
});

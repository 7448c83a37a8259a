/** The meaning of a number in words, for fields that are a code or a set of flags. Undefined for all others. */
export function meaningOf(field: string, value: number): string | undefined {
  return MEANINGS[field]?.(value);
}

const MEANINGS: Readonly<Record<string, (value: number) => string | undefined>> = {
  'Connect Flags': connectFlags,
  'Connect Acknowledge Flags': (value) => (value & 1 ? 'session present' : undefined),
  'Connect Return code': (value) => CONNECT_RETURN_CODES[value],
  'Keep Alive': (value) => (value === 0 ? 'off' : 'seconds'),
  'Requested QoS': (value) => QOS[value],
  'Return code': (value) => (value === 0x80 ? 'refused' : QOS[value]),
};

const CONNECT_RETURN_CODES = [
  'accepted',
  'unacceptable protocol level',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
];
const QOS = ['at most once', 'at least once', 'exactly once'];

function connectFlags(value: number): string {
  const willQos = (value >> 3) & 3;
  const set: readonly (string | false)[] = [
    (value & 0x80) > 0 && 'user name',
    (value & 0x40) > 0 && 'password',
    (value & 0x20) > 0 && 'will retain',
    willQos > 0 && `will QoS ${willQos}`,
    (value & 0x04) > 0 && 'will',
    (value & 0x02) > 0 ? 'clean session' : 'session kept',
    (value & 0x01) > 0 && 'reserved bit',
  ];
  return `${value.toString(2).padStart(8, '0')}: ${set.filter((name) => name !== false).join(', ')}`;
}

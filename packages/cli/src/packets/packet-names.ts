/** The names of packet types as the standard writes them, by type. Types 0 and 15 are reserved [MQTT 3.1.1, table 2.1]. */
const NAMES =
  'type 0,CONNECT,CONNACK,PUBLISH,PUBACK,PUBREC,PUBREL,PUBCOMP,SUBSCRIBE,SUBACK,UNSUBSCRIBE,UNSUBACK,PINGREQ,PINGRESP,DISCONNECT,type 15'.split(
    ',',
  );

/** The name of a packet type, 0 to 15. */
export const packetTypeName = (type: number): string => NAMES[type] ?? '';

// MQTT 3.1.1, table 2.1. Each is a constant of its own, since a bundler leaves out those that nobody names. It would keep a whole enum.

/** 1, client to server: opens the connection [3.1]. */
export const CONNECT = 1;
/** 2, server to client: the answer to CONNECT [3.2]. */
export const CONNACK = 2;
/** 3, both ways: a message [3.3]. */
export const PUBLISH = 3;
/** 4, both ways: the answer to a PUBLISH with QoS 1 [3.4]. */
export const PUBACK = 4;
/** 5, both ways: the first answer to a PUBLISH with QoS 2 [3.5]. */
export const PUBREC = 5;
/** 6, both ways: the answer to PUBREC [3.6]. */
export const PUBREL = 6;
/** 7, both ways: the answer to PUBREL [3.7]. */
export const PUBCOMP = 7;
/** 8, client to server: asks for the messages of Topic Filters [3.8]. */
export const SUBSCRIBE = 8;
/** 9, server to client: the answer to SUBSCRIBE [3.9]. */
export const SUBACK = 9;
/** 10, client to server: asks for no more messages of Topic Filters [3.10]. */
export const UNSUBSCRIBE = 10;
/** 11, server to client: the answer to UNSUBSCRIBE [3.11]. */
export const UNSUBACK = 11;
/** 12, client to server: asks whether the server is there [3.12]. */
export const PINGREQ = 12;
/** 13, server to client: the answer to PINGREQ [3.13]. */
export const PINGRESP = 13;
/** 14, client to server: the last packet of a client that closes in order [3.14]. */
export const DISCONNECT = 14;

/** 1 to 14: CONNECT to DISCONNECT. */
export type PacketType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14;

/** 0: at most once, 1: at least once, 2: exactly once [4.3]. */
export type QoS = 0 | 1 | 2;

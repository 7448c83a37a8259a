// Ids, topics, user names, tokens and bodies of DPS and IoT Hub, written and read. Standard ECMAScript, no state, no clock.
export * from './base64.ts';
export * from './connection-string.ts';
export * from './dps.ts';
export * from './hub-identity.ts';
export * from './hub-sas.ts';
export * from './hub-topics.ts';
export { isApiVersion, isIdScope, isRegistrationId } from './ids.ts';
export * from './password.ts';
export * from './percent.ts';
export * from './property-bag.ts';
export * from './sas.ts';
export { hmacSha256, Sha256, sha256 } from './sha256.ts';

/** The stages of a dial, before MQTT begins; `options` while the proof of identity is made. */
export type DialStage = 'options' | 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';

/** How far a provisioning has come; an error carries the stage it died in. */
export type Stage = DialStage | 'connect' | 'subscribe' | 'register' | 'wait' | 'poll' | 'disconnect';

/** The stages of a dial, before MQTT begins. In `options` the SAS token is made. */
export type DialStage = 'options' | 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';

/** How far a provisioning has come. An error carries the stage in which it happened. */
export type Stage = DialStage | 'connect' | 'subscribe' | 'register' | 'wait' | 'poll' | 'disconnect';

// The machines and the strings of DPS alone, for runtimes with sockets and a clock of their own: nothing here needs a platform.

export type { Action } from './action.ts';
export { type Assignment, isClassicProfile } from './assignment.ts';
export { isIdScope, isRegistrationId } from './dps/ids.ts';
export { registerBody } from './dps/register-body.ts';
export { sasResource, sasStringToSign, sasToken } from './dps/sas.ts';
export { parseResponseTopic, pollTopic, RESPONSE_FILTER, type ResponseTopic, registerTopic } from './dps/topics.ts';
export { type UserNameFields, userName } from './dps/user-name.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './error.ts';
export type { ProgressEvent, ProgressStep } from './progress.ts';
export { Registration } from './registration.ts';
export type { RegistrationOptions, RetryOptions, Route } from './registration-options.ts';
export { Session } from './session.ts';
export type { Message, SessionEvent, SessionFailure, SessionOptions } from './session-options.ts';
export type { DialStage, Stage } from './stage.ts';

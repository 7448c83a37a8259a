export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export type { EmulatorConfig } from './config/emulator-config.ts';
export type { HubDeviceIdentity } from './config/hub-devices.ts';
export { parseConfig } from './config/parse-config.ts';
export { parseScenario } from './config/parse-scenario.ts';
export { type ConfigWatch, watchConfig } from './config/watch-config.ts';
export type * from './emulator.ts';
export type {
  HubApi,
  HubDeviceSummary,
  InvokeOptions,
  SendMessageOptions,
  TelemetryMessage,
} from './hub-api/hub-api.ts';
export type * from './options.ts';
export type * from './service/enrollment/enrollment.ts';
export type { EmulatorEvent, EmulatorEventBody, RefusalStage } from './service/events.ts';
export { type ReadyScenarioName, SCENARIOS, type ScenarioName } from './service/faults/library.ts';
export type * from './service/faults/scenario.ts';
export { SINGLE_FAULTS, type SingleFaultName } from './service/faults/single-faults.ts';
export { HubServiceError } from './service/hub/hub-error.ts';
export type { FeedbackRecord } from './service/hub/messages.ts';
export type { MethodResult } from './service/hub/method-calls.ts';
export type { Telemetry } from './service/hub/telemetry.ts';
export type { RegistrationRecord, Substatus } from './service/registration/registration-record.ts';
export { startEmulator } from './start-emulator.ts';
export { StateFileError } from './state-file.ts';

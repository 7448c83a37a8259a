export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export type * from './config/enrollment.ts';
export type { HubDeviceIdentity } from './config/hub-devices.ts';
export { parseConfig } from './config/parse-config.ts';
export { type ConfigWatch, watchConfig } from './config/watch-config.ts';
export type * from './emulator.ts';
export type { EmulatorEvent, EmulatorEventBody, RefusalStage } from './events.ts';
export type {
  HubApi,
  HubDeviceSummary,
  InvokeOptions,
  SendMessageOptions,
  TelemetryMessage,
} from './hub-api.ts';
export type * from './options.ts';
export type { MethodResult, Telemetry } from './service/hub/hub.ts';
export { HubServiceError } from './service/hub/hub-error.ts';
export type { RegistrationRecord, Substatus } from './service/registration-record.ts';
export { SCENARIOS, type ScenarioName } from './service/scenario/library.ts';
export { parseScenario } from './service/scenario/parse-scenario.ts';
export type * from './service/scenario/scenario.ts';
export { startEmulator } from './start-emulator.ts';
export { StateFileError } from './state-file.ts';

import type { Words } from '../explanation.ts';

/** Errors as IoT Hub, DPS and the SDKs of Azure call them. */
export const AZURE_WORDS: Words = [
  // IoT Hub and DPS
  [/IotHubUnauthorizedAccess/i, '401002'],
  [/CA certificate not found|signing certificate info did not match/i, '401002'],
  [/deserialization error/i, '400012'],
  [/IotHubUnauthorized|IoT ?Hub ?unauthorized/i, '401003'],
  [/Iot ?Hub ?QuotaExceeded|daily message quota|total number of messages .{0,40}exceeded/i, '403002'],
  [/InvalidProtocolVersion/, '400001'],
  [/IotHubFormatError/i, '400006'],
  [/DeviceMaximumActiveFileUploadLimitExceeded/, '403006'],
  [/DeviceAlreadyExists/, '409001'],
  [/LinkCreationConflict/, '409002'],
  [/ThrottleBacklogLimitExceeded/, '429002'],
  [/ThrottlingBacklogTimeout/, '429003'],
  [/PreconditionFailed/, '412001'],
  [/DeviceMessageLockLost/, '412002'],
  [/MessageTooLarge/, '413001'],
  [/PartitionNotFound/, '503003'],
  [/GatewayTimeout/, '504101'],
  [/DeviceNotFound/, '404001'],
  [/DeviceNotOnline|timed out waiting for device to connect/i, '404103'],
  [/DeviceConnectionClosedRemotely/, '404104'],
  [/ConnectionForcefullyClosedOnNewConnection/, '400027'],
  [/ThrottlingException|IotHubThrottled|too many requests|operations are being throttled/i, 'throttled'],
  [/MessageQueueFull|DeviceMaximumQueueDepthExceeded/, '403004'],
  [/IotHubSuspended/i, '400'],
  // C
  [/PROV_DEVICE_RESULT_DEV_AUTH_ERROR|(?:\b|_)BAD_CREDENTIAL\b/, 'unauthorized'],
  [/PROV_DEVICE_RESULT_HUB_NOT_SPECIFIED/, '400208'],
  [/PROV_DEVICE_RESULT_DISABLED|IOTHUB_CLIENT_CONNECTION_DEVICE_DISABLED/, 'registration-disabled'],
  [/PROV_DEVICE_RESULT_TIMEOUT/, 'timed-out'],
  [/PROV_DEVICE_RESULT_INVALID_\w+/, 'invalid-options'],
  [/PROV_DEVICE_RESULT_(?:TRANSPORT|CONNECTION)|(?:\b|_)NO_NETWORK\b/, 'connect-failed'],
  [/PROV_DEVICE_RESULT_\w+/, 'registration-failed'],
  [/IOTHUB_CLIENT_CONNECTION_EXPIRED_SAS_TOKEN|expired sas ?token|(?:sas )?token (?:has |is )?expired/i, '401003'],
  [/IOTHUB_CLIENT_CONNECTION_COMMUNICATION_ERROR|(?:\b|_)RETRY_EXPIRED\b/, 'connection-lost'],
  [/CONFIRMATION_MESSAGE_TIMEOUT/, 'timed-out'],
  // Python, JavaScript, .NET, Java
  [/ProvisioningDeviceClientAuthenticationException/, 'unauthorized'],
  [/ProvisioningDeviceConnectionException/, 'connect-failed'],
  [/NotConnectedError|ConnectionDroppedError|MQTT client disconnected|NoConnectionError/i, 'connection-lost'],
  [/OperationTimeout|OperationCancelled/i, 'timed-out'],
  [
    /UnauthorizedError|CredentialError|UnauthorizedException|UnauthorizedAccessException|authorization failed/i,
    'unauthorized',
  ],
  [/QuotaExceededException|IotHubQuotaExceededError/, '403002'],
  [/ServerBusyException|ServiceUnavailableError|InternalServiceException/, '503'],
  [
    /ProvisioningTransportException|ProvisioningDeviceHubException|registration assignment failed|status['"]?\s*[:=]\s*['"]?failed/i,
    'registration-failed',
  ],
  [/status['"]?\s*[:=]\s*['"]?(?:disabled|blacklisted)/i, 'registration-disabled'],
];

/** Words that only say that no connection came about. They are tried last: the error of the system tells more. */
export const CONNECTION_WORDS: Words = [
  [
    /ConnectionFailedError|IotHubCommunicationException|IotHubServiceException|ProtocolClientError|transient network error/i,
    'connect-failed',
  ],
  [
    /failure connecting to address|\b(?:x?io|connection) ?open failed|opening the underlying i\/?o|could not open the connection|unable to connect to (?:the )?service/i,
    'connect-failed',
  ],
];

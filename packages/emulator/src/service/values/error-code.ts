/** The service's error number for a status, where a fault or an answer names no other: 404000 for 404, and 429001 for 429. */
export const errorCodeOf = (statusCode: number): number => statusCode * 1000 + (statusCode === 429 ? 1 : 0);

/**
 * Whether a wake-up came more than a second too late: then the machine was asleep, or the process was stopped. Answers of the peer may lie
 * unread in the socket, so its silence proves nothing yet.
 */
export function slept(lateMs: number): boolean {
  return lateMs > 1000;
}

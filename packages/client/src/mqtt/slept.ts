/**
 * Whether a wake-up came so late that the machine slept or was stopped. Then what the peer has sent may lie unread in the socket: it
 * is not judged by its silence yet.
 */
export function slept(lateMs: number): boolean {
  return lateMs > 1000;
}

import { type Emulator, HubServiceError } from '@mote/emulator';
import type { HubCall, HubReply } from '../pages/dashboard/messages.ts';

/** Calls the service API of the hub for the page. If the hub refuses, or the call is wrong, the reply has a sentence that says why. */
export async function callHub({ hub }: Emulator, call: unknown): Promise<HubReply> {
  if (!isCall(call)) return { error: 'this is no call of the hub' };
  try {
    return await perform(hub, call);
  } catch (error) {
    if (error instanceof HubServiceError || error instanceof SyntaxError) return { error: error.message };
    throw error;
  }
}

async function perform(hub: Emulator['hub'], call: HubCall): Promise<HubReply> {
  const { deviceId, text } = call;
  switch (call.action) {
    case 'twin': {
      const { desired, reported } = hub.twin(deviceId);
      return { twin: { desired, reported } };
    }
    case 'message':
      return { done: `queued as ${await hub.sendMessage(deviceId, text)}` };
    case 'method': {
      const { status, payload } = await hub.invoke(deviceId, call.method ?? '', parsed(text));
      return { done: `${status} ${payload === undefined ? '' : JSON.stringify(payload)}`.trim() };
    }
    case 'desired': {
      const patch = parsed(text);
      if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
        return { error: 'a JSON object is needed' };
      return { done: `desired properties have version ${await hub.setDesired(deviceId, { ...patch })}` };
    }
  }
}

/** The value of a JSON text. Undefined for an empty text. Throws SyntaxError. */
const parsed = (text: string): unknown => (text.trim() === '' ? undefined : JSON.parse(text));

const ACTIONS: readonly unknown[] = ['twin', 'message', 'method', 'desired'] satisfies HubCall['action'][];

function isCall(value: unknown): value is HubCall {
  if (typeof value !== 'object' || value === null) return false;
  const { action, deviceId, text, method } = value as Partial<Record<keyof HubCall, unknown>>;
  const isText = (one: unknown) => typeof one === 'string';
  return ACTIONS.includes(action) && isText(deviceId) && isText(text) && (method === undefined || isText(method));
}

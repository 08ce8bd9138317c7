import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { runUntilSignal } from '../../src/main.js';

function rig(deadlineMs?: number) {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const logger = pino({ level: 'silent' });
  return {
    signals,
    exits,
    options: { signals, logger, exit: (code: number) => void exits.push(code), deadlineMs },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a run', () => {
  it.each(['SIGTERM', 'SIGINT'])('ends in order at %s', async (signal) => {
    const { signals, exits, options } = rig();
    const steps: string[] = [];
    const close = async () => void steps.push('closed');
    const ended = runUntilSignal(async () => ({ close }), options);
    await turn();
    expect(steps).toEqual([]);
    signals.emit(signal);
    expect(await ended).toBe(0);
    expect(steps).toEqual(['closed']);
    expect(exits).toEqual([]);
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const { signals, exits, options } = rig();
    let close: () => void = () => undefined;
    const closing = new Promise<void>((resolve) => {
      close = resolve;
    });
    const ended = runUntilSignal(async () => ({ close: () => closing }), options);
    await turn();
    signals.emit('SIGTERM');
    await turn();
    signals.emit('SIGINT');
    expect(exits).toEqual([130]);
    close();
    await ended;
  });

  it('ends at once when the orderly end takes too long', async () => {
    const { signals, exits, options } = rig(5);
    let close: () => void = () => undefined;
    const closing = new Promise<void>((resolve) => {
      close = resolve;
    });
    const ended = runUntilSignal(async () => ({ close: () => closing }), {
      ...options,
      exit: (code) => {
        exits.push(code);
        close();
      },
    });
    await turn();
    signals.emit('SIGTERM');
    await ended;
    expect(exits).toEqual([1]);
  });

  it('ends as soon as it is open when the signal came before', async () => {
    const { signals, options } = rig();
    let opened: (service: { close(): Promise<void> }) => void = () => undefined;
    const opening = new Promise<{ close(): Promise<void> }>((resolve) => {
      opened = resolve;
    });
    const ended = runUntilSignal(() => opening, options);
    signals.emit('SIGINT');
    let closed = false;
    opened({
      close: async () => {
        closed = true;
      },
    });
    expect(await ended).toBe(0);
    expect(closed).toBe(true);
  });

  it('passes on why it could not start, and listens no more', async () => {
    const { signals, options } = rig();
    const failing = runUntilSignal(async () => Promise.reject(new Error('no room')), options);
    await expect(failing).rejects.toThrow('no room');
    expect(signals.eventNames()).toEqual([]);
  });
});

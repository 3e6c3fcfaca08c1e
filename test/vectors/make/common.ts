import { createHash } from 'node:crypto';

/** Bytes that look random and are always the same. */
export function bytes(label: string, outputLength: number): Buffer {
  return createHash('shake256', { outputLength }).update(label).digest();
}

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
export const base64 = (data: Buffer) => data.toString('base64');
export const hex = (data: Buffer) => data.toString('hex');
export const flip = (data: Buffer, at: number) =>
  Buffer.from(data.map((byte, index) => (index === at ? byte ^ 1 : byte)));

/** A good vector, or a bad one with the kind of its refusal. */
export type Vector = { name: string; refused?: string } & Record<string, unknown>;

export const TOKEN = { parameter: '/apps/superman/api_token', type: 'SecureString' };
export type Bound = typeof TOKEN;

export const bindingOf = (text: string) => sha256(text).slice(0, 8);

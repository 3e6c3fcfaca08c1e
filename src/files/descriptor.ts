import { readFileSync } from 'node:fs';

/** What Linux says of an open descriptor. */
export interface DescriptorInfo {
  /** Where the next read or write begins. */
  position: number;
  /** Of `open`. */
  flags: number;
}

/** `undefined` where the system does not say it, and for a descriptor that is not open. */
export function infoOf(descriptor: number): DescriptorInfo | undefined {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    const [, position = '0'] = /^pos:\s*(\d+)/m.exec(info) ?? [];
    const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(info) ?? [];
    return { position: Number(position), flags: Number.parseInt(flags, 8) };
  } catch {
    return undefined;
  }
}

import type { Caller } from './caller.ts';
import { DEFAULTS } from './settings.ts';
import type { Rule, Settings } from './settings.ts';
import { matchesAction } from './wildcards.ts';

/** The fate of a request, decided before its content is read. */
type Fate = 'serve' | 'throttle' | 'error' | 'reset-before' | 'reset-after';

interface Bucket {
  tokens: number;
  at: number;
}

/** The current settings and their random numbers, seeded so that a run repeats. */
export class Faults {
  #settings: Settings = DEFAULTS;
  #random = mulberry32(DEFAULTS.seed);
  #buckets = new Map<Rule, Bucket>();

  get settings(): Settings {
    return this.#settings;
  }

  apply(settings: Settings): void {
    this.#settings = settings;
    this.#random = mulberry32(settings.seed);
    this.#buckets = new Map();
  }

  decide(operation: string, caller: Caller | undefined, now: number): Fate {
    for (const rule of this.#settings.rules) {
      if (!matchesAction(rule.action, operation)) continue;
      if (rule.accessKeyId !== undefined && rule.accessKeyId !== caller?.accessKeyId) continue;
      if (rule.region !== undefined && rule.region !== caller?.region) continue;
      if (rule.perSecond !== undefined && !this.#admits(rule, rule.perSecond, now)) {
        return 'throttle';
      }
      if (rule.errorRate !== undefined && this.#random() < rule.errorRate) return 'error';
      if (rule.resetRate !== undefined && this.#random() < rule.resetRate) {
        return this.#random() < 0.5 ? 'reset-before' : 'reset-after';
      }
    }
    return 'serve';
  }

  /** A token bucket with a capacity of one second. */
  #admits(rule: Rule, perSecond: number, now: number): boolean {
    const full = Math.max(1, perSecond);
    const bucket = this.#buckets.get(rule) ?? { tokens: full, at: now };
    bucket.tokens = Math.min(full, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(rule, bucket);
    if (perSecond === 0 || bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** Numbers from 0 up to 1, the same ones for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

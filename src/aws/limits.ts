/** Time limits of calls, in milliseconds. */
export interface Limits {
  /** For a connection. */
  connect: number;
  /** For the start of an answer. */
  answer: number;
  /** For the next bytes of a body, in either direction. */
  silence: number;
  /** For a whole answer, unless it is large. */
  whole: number;
  /** For credentials. */
  credentials: number;
  /** For a whole answer, after an interruption. */
  interrupted: number;
}

export const LIMITS: Limits = {
  connect: 5_000,
  answer: 20_000,
  silence: 30_000,
  whole: 60_000,
  credentials: 60_000,
  interrupted: 2_000,
};

/** How often a call is tried, and whether throttling slows down all calls of a client. */
export interface Retrying {
  attempts: number;
  mode: 'adaptive' | 'standard';
}

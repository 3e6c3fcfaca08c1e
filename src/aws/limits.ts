/** How long a call waits, in milliseconds. */
export interface Limits {
  /** For a connection. */
  connect: number;
  /** For the beginning of an answer. */
  answer: number;
  /** For the next bytes of a body, in either direction. */
  silence: number;
  /** For the end of an answer, unless it is large. */
  whole: number;
  /** For credentials. */
  credentials: number;
  /** For all of an answer, once coffer was interrupted. */
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

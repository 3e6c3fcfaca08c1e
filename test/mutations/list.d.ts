/** A fault, and how to put it into the source. */
interface Mutation {
  fault: string;
  file: string;
  /** In `file` exactly once. */
  find: string;
  replace: string;
}

export const MUTATIONS: readonly Mutation[];
